// A disk that returns wrong bytes without an error: preloaded into a peer (LD_PRELOAD), it flips a bit in each large read of
// the file whose name ends with $BAD_DISK_FILE, from the moment on that the file $BAD_DISK_WHEN exists. Changing the file
// itself would not do: the source sees that in its change time, and does not serve it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef ssize_t (*read_function)(int, void *, size_t, off64_t);

static int is_the_file(int descriptor)
{
    const char *wanted = getenv("BAD_DISK_FILE");
    const char *when = getenv("BAD_DISK_WHEN");
    char link[64];
    char path[4096];
    if (wanted == NULL || when == NULL || access(when, F_OK) != 0) {
        return 0;
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const ssize_t size = readlink(link, path, sizeof path);
    const size_t length = strlen(wanted);
    return size >= (ssize_t)length && memcmp(path + size - length, wanted, length) == 0;
}

static ssize_t read_badly(const char *name, int descriptor, void *buffer, size_t size, off64_t offset)
{
    const ssize_t result = ((read_function)dlsym(RTLD_NEXT, name))(descriptor, buffer, size, offset);
    if (result > 0 && is_the_file(descriptor)) {
        ((unsigned char *)buffer)[result / 2] ^= 1;
    }
    return result;
}

ssize_t pread(int descriptor, void *buffer, size_t size, off_t offset)
{
    return read_badly("pread", descriptor, buffer, size, offset);
}

ssize_t pread64(int descriptor, void *buffer, size_t size, off64_t offset)
{
    return read_badly("pread64", descriptor, buffer, size, offset);
}
