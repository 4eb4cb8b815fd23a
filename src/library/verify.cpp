#include <algorithm>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "async/offload.h"
#include "library/core.h"

/// Verifying: all of a game is read again and compared with its manifest.
namespace lanspread::library {

namespace {

/// What is wrong, by number of the file in the manifest.
struct Findings {
    std::set<std::uint32_t> missing;
    std::set<std::uint32_t> damaged;
    std::vector<std::string> extra;
    std::vector<std::uint32_t> bad_chunks;
    std::uint64_t bytes_checked = 0;
};

/// What a look at the disk tells: files that are missing, too many, or of another size or right.
Findings compare_names(const content::Manifest& manifest, const RootListing& now)
{
    Findings findings;
    const auto found = manifest_files(now.fingerprint);
    auto here = found.begin();
    for (std::uint32_t number = 0; number < manifest.files().size(); ++number) {
        const auto& file = manifest.files()[number];
        while (here != found.end() && here->path < file.path) {
            findings.extra.push_back((here++)->path.text());
        }
        if (here == found.end() || here->path != file.path) {
            // What a damaged game.toml says to keep was not looked at: its chunks tell.
            if (!now.kept.covers(file.path.text())) {
                findings.missing.insert(number);
            }
        } else if (*here++ != file) {
            findings.damaged.insert(number);
        }
    }
    for (; here != found.end(); ++here) {
        findings.extra.push_back(here->path.text());
    }
    return findings;
}

/// Adds the files of a bad chunk. Where several share it, its hash does not tell which is the bad one: those
/// that are known to be bad, else those that look other than when they were hashed, else all of them.
void blame(Findings& findings, const content::Manifest& manifest, std::uint32_t chunk,
           const Fingerprint& before, const RootListing& now)
{
    std::set<std::uint32_t> all;
    std::set<std::uint32_t> changed;
    for (const auto& extent : manifest.extents(chunk)) {
        if (findings.missing.contains(extent.file) || findings.damaged.contains(extent.file)) {
            return;
        }
        all.insert(extent.file);
        const auto& path = manifest.files()[extent.file].path;
        const auto old_stamp = std::ranges::lower_bound(before.files, path, {}, &FileStamp::path);
        const auto& files = now.fingerprint.files;
        const auto new_stamp = std::ranges::lower_bound(files, path, {}, &FileStamp::path);
        if (now.kept.covers(path.text())) {
            continue;  // by a damaged game.toml: how it looks was not taken down
        }
        if (old_stamp == before.files.end() || new_stamp == files.end() || *old_stamp != *new_stamp) {
            changed.insert(extent.file);
        }
    }
    findings.damaged.merge(changed.empty() ? all : changed);
}

VerifyReport to_report(Findings findings, const std::shared_ptr<const content::Manifest>& its_manifest,
                       const Root& root)
{
    const auto& manifest = *its_manifest;
    const auto names = [&](const std::set<std::uint32_t>& numbers) {
        std::vector<std::string> paths;
        paths.reserve(numbers.size());
        for (const auto number : numbers) {
            paths.push_back(manifest.files()[number].path.text());
        }
        return paths;
    };
    return {.game = manifest.game(),
            .version = manifest.version(),
            .bytes_checked = findings.bytes_checked,
            .missing = names(findings.missing),
            .damaged = names(findings.damaged),
            .extra = std::move(findings.extra),
            .bad_chunks = std::move(findings.bad_chunks),
            .manifest = its_manifest,
            .games_folder = root.games_folder};
}

std::string damage_text(const VerifyReport& report)
{
    const auto& list = !report.damaged.empty()   ? report.damaged
                       : !report.missing.empty() ? report.missing
                                                 : report.extra;
    return fmt::format(
        "not shared: damaged (files with wrong content: {}, missing: {}, too many: {}; the first is {}); "
        "`lanspread verify --repair` fetches what is bad, or put the right files back",
        report.damaged.size(), report.missing.size(), report.extra.size(), list.front());
}

}  // namespace

Task<Result<VerifyReport>> Library::Core::verify(GameId game)
{
    const auto published = table_.find(game);
    const auto found = std::ranges::find_if(known_, [&](const auto& entry) {
        return entry.first.game == game && (!published || entry.first.path() == published->root);
    });
    if (found == known_.end()) {
        co_return fail(ErrorCode::not_found, fmt::format("{}: there is no such game here", game.text()));
    }
    const auto root = found->first;
    const auto before = found->second.fingerprint;
    const auto held = hold(game);
    const auto manifest = co_await load_original(root);
    if (!manifest) {
        co_return fail(ErrorCode::not_found,
                       fmt::format("{}: its manifest is not in the state database; a rescan makes it anew",
                                   game.text()));
    }
    const auto now = co_await read_settled(root);
    if (!now) {
        co_return fail(now.error().in(game.text()));
    }

    auto findings = compare_names(*manifest, *now);
    auto work = std::make_shared<HashWork>(HashWork{.root = root,
                                                    .files = manifest->files(),
                                                    .layout = content::chunk_layout(manifest->files()),
                                                    .chunks = {}});
    work->chunks.resize(manifest->chunk_count());
    std::iota(work->chunks.begin(), work->chunks.end(), 0U);
    const auto hashes = co_await hasher_.hash(work);
    for (std::uint32_t chunk = 0; chunk < manifest->chunk_count(); ++chunk) {
        findings.bytes_checked += hashes[chunk] ? manifest->chunk_size(chunk) : 0;
        if (!hashes[chunk] || *hashes[chunk] != manifest->chunk_hash(chunk)) {
            findings.bad_chunks.push_back(chunk);
            blame(findings, *manifest, chunk, *before, *now);
        }
    }
    const auto after = co_await offload(pools_.disk, [root] { return read_root(root); });
    const auto known = known_.find(root);
    if (!after || after->fingerprint != now->fingerprint || known == known_.end() ||
        known->second.fingerprint != before) {
        co_return fail(
            ErrorCode::unavailable,
            fmt::format("{}: changed while it was verified; verify it again once that is over", game.text()));
    }
    auto report = to_report(std::move(findings), manifest, root);
    known->second.fingerprint = std::make_shared<const Fingerprint>(now->fingerprint);
    known->second.damage = report.is_good() ? std::string() : damage_text(report);
    // What was verified is what is meant to be there.
    known->second.content = manifest->content_id();
    known->second.manifest = manifest;
    known->second.original.reset();
    if (!report.is_good()) {
        refuse(root, known->second.damage);
    }
    co_await remember(root);
    if (report.is_good()) {
        clear_problem(root.path());
        publish(root);
    }
    co_return report;
}

}  // namespace lanspread::library
