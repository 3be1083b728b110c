// Ranges that no profiler looks at.
#pragma once

inline int nvtxRangePushA(const char* /*name*/) { return 0; }
inline int nvtxRangePop() { return 0; }
