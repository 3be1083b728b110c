// Independent tasks, shared by all threads.
#pragma once

#include <cstddef>
#include <functional>

namespace palsim {

// Told what share of something is done, from 0 to 1.
using Progress = std::function<void(double)>;

// Calls `work` with 0, ..., tasks - 1 and with what is to be told of that task's progress;
// `progress` is told that of all, by one thread at a time. When all have ended, throws what the
// first of those that failed threw. Within a team, threads that have nothing else to do help.
void share_out(std::size_t tasks, const std::function<void(std::size_t, const Progress&)>& work,
               const Progress& progress);

}  // namespace palsim
