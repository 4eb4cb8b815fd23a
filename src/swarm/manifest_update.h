#pragma once

#include <memory>

#include "async/task.h"
#include "base/bytes.h"
#include "base/error.h"
#include "content/manifest.h"
#include "swarm/environment.h"

namespace lanspread::swarm {

/// The bytes of the manifest of `content`, whose hash they have: put together out of `old`, that of another
/// version of the game, and of what differs, which `peer` is asked for. Fails where the peer does not answer
/// by the deadline or answers nonsense, and where it is not worth it: where `old` is short, or most of it
/// differs. Then the manifest is to be fetched whole; nobody is to blame, for a mark may agree by chance.
[[nodiscard]] Task<Result<Bytes>> update_manifest(const DownloadEnvironment& environment,
                                                  std::shared_ptr<const content::Manifest> old, PeerId peer,
                                                  ContentId content, TimePoint deadline);

}  // namespace lanspread::swarm
