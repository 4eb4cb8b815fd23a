#include <exception>

#include "lanspread/command_line.h"

int main(int argc, char** argv)
{
    try {
        return static_cast<int>(lanspread::cli::run_command_line(argc, argv));
    } catch (const std::exception& exception) {
        lanspread::cli::complain(exception.what());
        return static_cast<int>(lanspread::cli::ExitCode::failed);
    }
}
