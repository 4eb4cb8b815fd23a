#pragma once

#include "doctor/facts.h"
#include "doctor/report.h"

namespace lanspread::doctor {

/// Everything that is shown, out of everything that is known. Pure.
[[nodiscard]] Report make_report(const Facts& facts);

}  // namespace lanspread::doctor
