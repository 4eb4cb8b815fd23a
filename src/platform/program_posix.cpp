#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include "base/clock.h"
#include "platform/posix.h"
#include "platform/process.h"

namespace lanspread::platform {

namespace {

using posix::Descriptor;

struct Pipe {
    Descriptor read_end;
    Descriptor write_end;
};

Result<Pipe> make_pipe()
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return posix::failed("pipe");
    }
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

std::optional<std::string> find_program(const std::string& name)
{
    if (name.contains('/')) {
        return name;
    }
    const char* variable = std::getenv("PATH");
    std::string folders = variable == nullptr ? "/usr/bin:/bin" : variable;
    folders += ":/usr/local/sbin:/usr/sbin:/sbin";
    for (std::size_t begin = 0; begin <= folders.size();) {
        const auto end = std::min(folders.find(':', begin), folders.size());
        auto path = folders.substr(begin, end - begin) + '/' + name;
        if (end > begin && ::access(path.c_str(), X_OK) == 0) {
            return path;
        }
        begin = end + 1;
    }
    return std::nullopt;
}

/// The environment with the messages in English, which is what their readers understand.
std::vector<std::string> english_environment()
{
    std::vector<std::string> variables;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text = *variable;
        if (!text.starts_with("LC_") && !text.starts_with("LANG")) {
            variables.emplace_back(text);
        }
    }
    variables.emplace_back("LC_ALL=C.UTF-8");
    return variables;
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts)
{
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (const auto& text : texts) {
        pointers.push_back(const_cast<char*>(text.c_str()));  // posix_spawn changes nothing
    }
    pointers.push_back(nullptr);
    return pointers;
}

/// Which files a child begins with.
class FileActions {
public:
    FileActions() { ::posix_spawn_file_actions_init(&actions_); }
    ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;

    void open_null(int descriptor)
    {
        ::posix_spawn_file_actions_addopen(&actions_, descriptor, "/dev/null", O_RDONLY, 0);
    }
    void duplicate(const Descriptor& from, int to)
    {
        ::posix_spawn_file_actions_adddup2(&actions_, from.get(), to);
    }
    [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
};

int milliseconds_until(TimePoint deadline)
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    return static_cast<int>(std::max(left, std::chrono::milliseconds::zero()).count());
}

Error too_slow(const std::string& name, const ProgramLimits& limits)
{
    return {ErrorCode::timed_out,
            name + " did not end within " + std::to_string(limits.patience.count()) + " ms"};
}

/// A child process, which does not outlive this: it is killed where it was not waited for.
class Child {
public:
    explicit Child(pid_t id) : id_(id) {}
    ~Child()
    {
        if (id_ > 0) {
            ::kill(id_, SIGKILL);
            (void)wait();
        }
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// Whether it has ended by then. Where the kernel cannot tell (before 5.3), yes: wait() waits then.
    [[nodiscard]] bool ends_by(TimePoint deadline) const
    {
        const Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, id_, 0)));
        pollfd waiting{.fd = handle.get(), .events = POLLIN, .revents = 0};
        return handle.get() < 0 ||
               posix::retried([&] { return ::poll(&waiting, 1, milliseconds_until(deadline)); }) > 0;
    }

    int wait()
    {
        int status = 0;
        posix::retried([&] { return ::waitpid(id_, &status, 0); });
        id_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

private:
    pid_t id_;
};

/// Reads what has come. False at the end.
bool read_some(const Descriptor& from, std::string& into)
{
    std::array<char, 16384> buffer{};
    const auto size = posix::retried([&] { return ::read(from.get(), buffer.data(), buffer.size()); });
    if (size <= 0) {
        return false;
    }
    into.append(buffer.data(), static_cast<std::size_t>(size));
    return true;
}

/// Reads both to their ends.
Result<void> read_all(const std::string& name, Pipe& output, Pipe& errors, ProgramOutput& into,
                      const ProgramLimits& limits, TimePoint deadline)
{
    std::array<pollfd, 2> waiting{{{.fd = output.read_end.get(), .events = POLLIN, .revents = 0},
                                   {.fd = errors.read_end.get(), .events = POLLIN, .revents = 0}}};
    while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
        const auto left = milliseconds_until(deadline);
        if (left == 0) {
            return fail(too_slow(name, limits));
        }
        if (::poll(waiting.data(), waiting.size(), left) < 0 && errno != EINTR) {
            return posix::failed(name);
        }
        if (waiting[0].revents != 0 && !read_some(output.read_end, into.output)) {
            waiting[0].fd = -1;
        }
        if (waiting[1].revents != 0 && !read_some(errors.read_end, into.errors)) {
            waiting[1].fd = -1;
        }
        if (std::max(into.output.size(), into.errors.size()) > limits.max_output) {
            return fail(ErrorCode::refused, name + " says more than is read of it");
        }
    }
    return {};
}

}  // namespace

Result<ProgramOutput> run_program(const std::vector<std::string>& arguments, const ProgramLimits& limits)
{
    if (arguments.empty()) {
        return fail(ErrorCode::invalid_input, "no program is named");
    }
    const auto path = find_program(arguments.front());
    if (!path) {
        return fail(ErrorCode::not_found, arguments.front() + ": there is no such program");
    }
    auto output = make_pipe();
    auto errors = make_pipe();
    if (!output || !errors) {
        return fail(output ? errors.error() : output.error());
    }
    const auto deadline = Clock::now() + limits.patience;
    FileActions actions;
    actions.open_null(STDIN_FILENO);
    actions.duplicate(output->write_end, STDOUT_FILENO);
    actions.duplicate(errors->write_end, STDERR_FILENO);
    const auto environment = english_environment();
    pid_t id = 0;
    const int failure = ::posix_spawn(&id, path->c_str(), actions.get(), nullptr,
                                      pointers_to(arguments).data(), pointers_to(environment).data());
    if (failure != 0) {
        return fail(system_error(*path, failure));
    }
    Child child(id);
    output->write_end = Descriptor();
    errors->write_end = Descriptor();
    ProgramOutput result;
    if (auto read = read_all(arguments.front(), *output, *errors, result, limits, deadline); !read) {
        return fail(std::move(read).error());
    }
    if (!child.ends_by(deadline)) {
        return fail(too_slow(arguments.front(), limits));
    }
    result.exit_code = child.wait();
    return result;
}

}  // namespace lanspread::platform
