#include "lanspread/command_line.h"

#include <functional>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "lanspread/cover_command.h"
#include "lanspread/doctor_command.h"
#include "lanspread/games_command.h"
#include "lanspread/get_command.h"
#include "lanspread/pack_command.h"
#include "lanspread/playing_command.h"
#include "lanspread/queue_commands.h"
#include "lanspread/run_command.h"
#include "lanspread/verify_command.h"
#include "platform/paths.h"

namespace lanspread::cli {

namespace {

/// The grammar of the command line. Parsing chooses an action and fills its options; nothing is done before
/// all of it was understood.
class Grammar {
public:
    Grammar()
    {
        app_.require_subcommand(1);
        app_.set_version_flag("--version", version_text, "Print the version");
        add_run();
        add_questions();
        add_actions();
        add_pack();
        add_settings();
        add_help();
        app_.footer(
            "Start with `lanspread run --games DIR` on every PC, then `lanspread games --all` and\n"
            "`lanspread get GAME --wait` where a game is wanted. `lanspread help COMMAND` tells more.");
    }

    ExitCode parse_and_act(int argc, const char* const* argv)
    {
        if (argc < 2) {
            fmt::print(stderr, "{}", help_of(app_));
            return ExitCode::wrong_use;
        }
        try {
            app_.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            return app_.exit(error) == 0 ? ExitCode::done : ExitCode::wrong_use;
        }
        common_.state_folder =
            state_folder_.empty() ? platform::default_state_folder() : platform::to_path(state_folder_);
        return action_();
    }

private:
    /// A command with the options that all have.
    CLI::App& add(const std::string& name, const std::string& description, std::function<ExitCode()> action)
    {
        auto* command = app_.add_subcommand(name, description);
        command
            ->add_option("--state", state_folder_,
                         "The peer's state folder (default: ~/.local/state/lanspread)")
            ->type_name("DIR");
        command->add_flag("--json", common_.json, "Print JSON, for scripts");
        command->callback([this, action = std::move(action)] { action_ = action; });
        return *command;
    }

    static void add_many(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                         const std::string& type, const std::string& description)
    {
        command.add_option(name, values, description)->type_name(type)->allow_extra_args(false);
    }

    void add_run()
    {
        auto& run = add("run", "Run a peer in this terminal until Ctrl+C",
                        [this] { return run_peer(common_, run_); });
        add_many(run, "--games", run_.games_folders, "DIR",
                 "A folder with games, one folder per game; may be given again. Games that are fetched go to "
                 "the first one that can be written and has room, unless another has a folder of that game "
                 "(default: ~/Games/lanspread)");
        run.add_option("--catalog", run_.catalog,
                       "The game.db of an ETI launcher: titles, genres, versions (default: a game.db in a "
                       "games folder)")
            ->type_name("FILE");
        run.add_option(
               "--covers", run_.covers,
               "A folder with pictures, GAME.jpg or GAME.png (default: covers/ beside the catalog, or "
               "its own folder)")
            ->type_name("DIR");
        run.add_option("--name", run_.name, "The name that others see (default: this computer's)")
            ->type_name("NAME");
        run.add_option("--listen", run_.listen, "Where to listen, UDP (default: every address, a free port)")
            ->type_name("IP[:PORT]");
        add_many(run, "--interface", run_.interfaces, "NAME",
                 "Look for others on this network card only; may be given again");
        add_many(run, "--connect", run_.connect, "HOST[:PORT]",
                 "Connect to this peer, and keep trying; may be given again");
        run.add_flag("--no-discovery", run_.no_discovery,
                     "Do not look for others and do not announce this peer");
        add_many(run, "--fetch", run_.fetch, "GAME",
                 "Fetch this game as soon as somebody has it; may be given again");
        run.add_option("--log-level", run_.log_level, "How much to log on standard error")
            ->type_name("LEVEL")
            ->check(CLI::IsMember({"trace", "debug", "info", "warning", "error", "off"}))
            ->capture_default_str();
        run.add_option("--cipher", run_.cipher, "Who encrypts packets: the fastest at hand, or GnuTLS always")
            ->check(CLI::IsMember({"auto", "gnutls"}))
            ->capture_default_str();
        run.footer(
            "Prints one line \"ready id=… listen=… api=…\" when it serves. A second Ctrl+C ends it at once.");
    }

    void add_questions()
    {
        add("status", "What the running peer is and does", [this] { return show_status(common_); });
        add("peers", "The other peers, and how they were found", [this] { return list_peers(common_); });
        add_games();
        auto& show = add("show", "All about one game: versions, who has it, its download",
                         [this] { return show_game(common_, get_.game); });
        add_game(show);
        auto& remove = add("remove", "Delete what was downloaded of a game from this PC",
                           [this] { return remove_game(common_, remove_game_); });
        remove.add_option("GAME", remove_game_.game, "The game's id, as `lanspread games` lists it")
            ->type_name("")
            ->required();
        remove.add_flag("--keep-installed", remove_game_.keep_installed,
                        "Leave what is installed (local/), and delete the package only");
        remove.add_flag("--yes,-y", remove_game_.yes, "Do not ask");
        auto& cover = add("cover", "A small picture of a game: prints where it lies",
                          [this] { return show_cover(common_, get_.game, cover_); });
        add_game(cover);
        cover
            .add_option("--width", cover_.width, "64 to 1024 pixels; rounded up to 64, 128, 256, 512 or 1024")
            ->type_name("N")
            ->capture_default_str();
        cover.add_option("--output", cover_.output, "Write it to this file")->type_name("FILE");
        auto& doctor = add("doctor", "What is wrong with the network, and what to do about it",
                           [this] { return examine_network(common_, doctor_); });
        doctor.add_flag("--speed", doctor_.speed,
                        "Measure how fast each peer sends to each other one, one pair at a time");
        doctor.footer(
            "Works with and without a running peer; with one, and with others, it tells more. As root (sudo, "
            "with\n"
            "--state as the peer has it) it also reads the rules of the firewall. Exit code 1: there is a "
            "problem.");
        auto& events =
            add("events", "What happened lately", [this] { return show_events(common_, follow_); });
        events.add_flag("--follow,-f", follow_, "Go on with what happens, until Ctrl+C");
    }

    void add_games()
    {
        auto& games =
            add("games", "The games that are here, or in the whole party, or that have a word in them",
                [this] { return list_games(common_, games_); });
        games.add_flag("--all", games_.all, "Those of the whole party, too");
        games.add_flag("--catalog", games_.catalog, "And those that nobody has and the catalog knows");
        games.add_flag("--local", games_.local, "Only what is downloaded here");
        games.add_flag("--installed", games_.installed, "Only what is installed here");
        games.add_flag("--updates", games_.updates, "Only what there is an update for");
        games
            .add_option(
                "--search", games_.search,
                "Only with these words in title, id, publisher or genre; alone, among all that anybody "
                "has and the catalog knows")
            ->type_name("TEXT");
        games.add_option("--genre", games_.genre, "Only with this in the genre; alone, as --search")
            ->type_name("TEXT");
        games.add_option("--sort", games_.sort, "In which order")
            ->type_name("ORDER")
            ->check(CLI::IsMember(sort_names()))
            ->capture_default_str();
    }

    void add_actions()
    {
        auto& connect = add("connect", "Connect to a peer by its address, where it is not found by itself",
                            [this] { return connect_to(common_, address_); });
        connect
            .add_option("ADDRESS", address_,
                        "HOST[:PORT] of the other peer: a name or an IP address; without the port, the peer "
                        "there is asked for it")
            ->type_name("")
            ->required();
        auto& get = add("get", "Fetch a game from the party: puts it into the queue",
                        [this] { return get_game(common_, get_); });
        add_game(get);
        get.add_option("--version", get_.version,
                       "This version, also an older one than is here (default: the current one)")
            ->type_name("V");
        get.add_flag("--wait", get_.wait,
                     "Show the progress and end when the game is here, complete and verified");
        get.footer(
            "The running peer does the work: with or without --wait, also after Ctrl+C, the download goes "
            "on.\n"
            "`lanspread cancel GAME` ends it.");
        add_queue();
        auto& cancel = add("cancel", "End a download; what was fetched is kept, so that it can go on later",
                           [this] { return cancel_download(common_, get_.game, remove_); });
        add_game(cancel);
        cancel.add_flag("--delete", remove_, "Delete what was fetched");
        auto& verify = add("verify", "Read a game again and compare it with what was shared",
                           [this] { return verify_game(common_, {.game = get_.game, .repair = repair_}); });
        add_game(verify);
        verify.add_flag("--repair", repair_,
                        "Fetch what is bad from those who have that version, and wait for it; files that do "
                        "not belong to the game go to .lanspread/extra");
        add("rescan", "Look through the games folders now", [this] { return rescan(common_); });
    }

    void add_pack()
    {
        auto& pack = add("pack", "Make a game of a folder, with a title, a cover and a start command",
                         [this] { return pack_folder(common_, pack_); });
        const auto text = [&pack](const std::string& name, std::string& value, const std::string& type,
                                  const std::string& description) {
            return pack.add_option(name, value, description)->type_name(type);
        };
        text("FOLDER", pack_.folder, "",
             "What to pack; it is copied, unless it lies in the games folder already")
            ->required();
        text("--id", pack_.id, "ID", "The game's id, which is the name of its folder")->required();
        text("--title", pack_.title, "T", "What people call it");
        text("--version", pack_.version, "V", "8 digits (default: today, or the next number)");
        text("--players", pack_.players, "N", "How many can play: 16, or \"2-16\", or \"2 (+ 6 CPU)\"");
        text("--genre", pack_.genre, "G", "What kind of game it is");
        text("--cover", pack_.cover, "FILE", "A JPEG or PNG");
        text("--start", pack_.start, "CMD",
             "How it is started on Linux: a program in the package, and arguments");
        text("--start-windows", pack_.start_windows, "CMD", "The same on Windows, or with Wine");
        text("--server", pack_.server, "CMD", "How its server is started on Linux");
        add_many(pack, "--keep", pack_.keeps, "PATH",
                 "A path that the player writes where the game is installed; may be given again");
        text("--into", pack_.into, "DIR", "The games folder (default: ~/Games/lanspread)");
        add_many(pack, "--add", pack_.added, "FILE[=PATH]",
                 "Put this file into the package, too, as PATH; may be given again");
        pack.add_flag("--follow-links", pack_.follow_links,
                      "Take what links point to that lead out of FOLDER, too");
        pack.footer(
            "Needs no running peer. Other things that can be said of a game stand in a game.toml in FOLDER.\n"
            "Packed again with other content, it gets a newer version.");
    }

    void add_queue()
    {
        auto& downloads = add("downloads", "The queue of downloads, in its order, and how far each is",
                              [this] { return list_downloads(common_); });
        downloads.footer(
            "As many run at once as `lanspread settings parallel_downloads` says: the first in the queue "
            "that\n"
            "do not wait for a source or for space.");
        auto& pause = add("pause", "Pause downloads; what was fetched is kept, and others can fetch it",
                          [this] { return pause_downloads(common_, choice_); });
        add_choice(pause, "Pause every download");
        auto& resume = add("resume", "Go on with paused downloads",
                           [this] { return resume_downloads(common_, choice_); });
        add_choice(resume, "Resume every paused download");
        auto& priority = add("priority", "Fetch a game before or after the others",
                             [this] { return set_priority(common_, get_.game, priority_); });
        add_game(priority);
        priority.add_option("PRIORITY", priority_, "high, normal or low")->type_name("")->required();
        auto& move = add("move", "Change the order of downloads of the same priority",
                         [this] { return move_download(common_, get_.game, position_); });
        add_game(move);
        move.add_option("POSITION", position_,
                        "Where in the queue, from 1, as `lanspread downloads` shows it")
            ->type_name("")
            ->required();
    }

    void add_choice(CLI::App& command, const std::string& all_description)
    {
        command.add_option("GAME", choice_.game, "The game's id, as `lanspread downloads` lists it")
            ->type_name("");
        command.add_flag("--all", choice_.all, all_description);
    }

    void add_settings()
    {
        auto& settings = add("settings", "Show or change limits and other settings", [this] {
            return show_or_change_settings(common_, setting_name_, setting_value_);
        });
        settings.add_option("NAME", setting_name_, "The setting, as `lanspread settings` lists it")
            ->type_name("");
        settings
            .add_option("VALUE", setting_value_,
                        "Its new value: 5M or 500k (bytes a second), a number, on or off, HOST[:PORT]s, or a "
                        "language")
            ->type_name("");
        settings.footer("A change holds at once, and for later runs of this peer.");
        auto& playing =
            add("playing", "Run a game (COMMAND [ARGUMENT...]), and let uploads give way to it while it runs",
                [this] { return play(common_, playing_->remaining()); });
        playing_ = &playing;
        playing.prefix_command();
        playing.footer(
            "While COMMAND runs, games are sent to others no faster than `upload_limit_while_playing`\n"
            "(`lanspread settings`), in packets that switches may put behind all others (DSCP CS1).\n"
            "Options of lanspread stand before COMMAND.");
    }

    void add_game(CLI::App& command)
    {
        command.add_option("GAME", get_.game, "The game's id, as `lanspread games --all` lists it")
            ->type_name("")
            ->required();
    }

    void add_help()
    {
        add("version", "Print the version", [this] { return print_version(); });
        auto* help = app_.add_subcommand("help", "Explain lanspread, or one of its commands");
        help->add_option("COMMAND", help_topic_, "The command")->type_name("");
        help->callback([this] { action_ = [this] { return print_help(); }; });
    }

    [[nodiscard]] ExitCode print_version() const
    {
        print_now(common_.json ? fmt::format("{{\"version\":\"{}\"}}\n", LANSPREAD_VERSION)
                               : fmt::format("{}\n", version_text));
        return ExitCode::done;
    }

    [[nodiscard]] ExitCode print_help()
    {
        if (help_topic_.empty()) {
            print_now(help_of(app_));
            return ExitCode::done;
        }
        const auto found = app_.get_subcommands(
            [this](const CLI::App* command) { return command->get_name() == help_topic_; });
        if (found.empty()) {
            complain(fmt::format("there is no command '{}': `lanspread help` lists them", help_topic_));
            return ExitCode::wrong_use;
        }
        print_now(help_of(*found.front()));
        return ExitCode::done;
    }

    /// The app's own help(), once a command is chosen, would give that command's.
    [[nodiscard]] std::string help_of(const CLI::App& command) const
    {
        const auto name =
            &command == &app_ ? app_.get_name() : fmt::format("{} {}", app_.get_name(), command.get_name());
        return app_.get_formatter()->make_help(&command, name, CLI::AppFormatMode::Normal);
    }

    static constexpr auto version_text = "lanspread " LANSPREAD_VERSION;

    CLI::App app_{"lanspread: one PC at the LAN party has a game, the others fetch it from each other.",
                  "lanspread"};
    std::function<ExitCode()> action_;
    std::string state_folder_;
    CommonOptions common_;
    PackArguments pack_;
    RunOptions run_{.log_level = "info", .cipher = "auto"};
    GetOptions get_;
    GamesFilter games_;
    RemoveOptions remove_game_;
    DownloadChoice choice_;
    std::string priority_;
    std::uint32_t position_ = 1;
    std::string setting_name_;
    std::string setting_value_;
    CLI::App* playing_ = nullptr;
    DoctorOptions doctor_;
    CoverOptions cover_;
    std::string address_;
    std::string help_topic_;
    bool follow_ = false;
    bool remove_ = false;
    bool repair_ = false;
};

}  // namespace

ExitCode run_command_line(int argc, const char* const* argv) { return Grammar().parse_and_act(argc, argv); }

}  // namespace lanspread::cli
