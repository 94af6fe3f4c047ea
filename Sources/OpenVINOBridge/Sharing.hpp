// Work that the threads of a pool share.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>

// An OpenVINO that was built without TBB has other threads, which nothing shows us: then one has to do.
#if __has_include(<tbb/parallel_for.h>)
#define OVEN_HAS_TBB 1
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#pragma clang diagnostic pop
#else
#define OVEN_HAS_TBB 0
#endif

namespace bridge {

// Runs body(begin, end) on parts of 0..<count, by the threads of the arena that the caller is in: the plugin's, so that
// no two pools fight for cores. Whoever is ready takes the next part, so that slow cores get less; a part is of
// `smallest` at least.
template <typename Body>
void share(size_t count, size_t smallest, const Body &body) {
#if OVEN_HAS_TBB
  const auto threads = static_cast<size_t>(tbb::this_task_arena::max_concurrency());
  const size_t parts = std::min(count / std::max<size_t>(smallest, 1), threads * 8);
  if (threads <= 1 || parts <= 1) return body(0, count);
  std::atomic<size_t> next{0};
  const auto work = [&](const tbb::blocked_range<size_t> &) {
    for (size_t i = next++; i < parts; i = next++) body(count * i / parts, count * (i + 1) / parts);
  };
  const size_t workers = std::min(threads, parts);
  tbb::parallel_for(tbb::blocked_range<size_t>(0, workers, 1), work, tbb::static_partitioner());
#else
  static_cast<void>(smallest);
  body(0, count);
#endif
}

}  // namespace bridge
