// Work that the threads of a pool share.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <thread>

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

// Threads that stay at hand while one of them has many small things to share, one after the other: waking them for each
// would take longer than the things themselves.
class Team {
 public:
  // Runs body() with a team of the threads of the arena that the caller is in.
  template <typename Body>
  static void run(const Body &body) {
#if OVEN_HAS_TBB
    const int threads = tbb::this_task_arena::max_concurrency();
    if (threads <= 1 || current) return body();
    Team team;
    const auto work = [&](const tbb::blocked_range<int> &range) {
      // Whoever has the first place leads. The others may come late or never: then the leader does it all.
      range.begin() == 0 ? team.lead(body) : team.help();
    };
    tbb::parallel_for(tbb::blocked_range<int>(0, threads, 1), work, tbb::static_partitioner());
    if (team.failure) std::rethrow_exception(team.failure);
#else
    body();
#endif
  }

  // The team that the calling thread leads.
  static Team *led() { return current; }

  // Runs body(part) for parts 0..<count, by whoever is ready.
  template <typename Body>
  void share(uint32_t count, const Body &body) {
    work = [](const void *context, size_t part) { (*static_cast<const Body *>(context))(part); };
    context = &body;
    parts = count;
    left.store(count, std::memory_order_relaxed);
    tickets.store((++generation << 32) | count, std::memory_order_release);
    while (take()) {
    }
    // Those that others took are in the making.
    for (size_t turns = 0; left.load(std::memory_order_acquire) != 0;) rest(turns);
    if (failure) std::rethrow_exception(failure);
  }

 private:
  template <typename Body>
  void lead(const Body &body) {
    current = this;
    try {
      body();
    } catch (...) {
      fail();
    }
    current = nullptr;
    has_ended.store(true, std::memory_order_release);
  }

  void help() {
    for (size_t turns = 0; !has_ended.load(std::memory_order_acquire);) {
      if (take()) {
        turns = 0;
      } else {
        rest(turns);
      }
    }
  }

  // Does one part, if there is one. What is to be done stays as it is until all that was taken is done.
  bool take() {
    auto ticket = tickets.load(std::memory_order_acquire);
    do {
      if ((ticket & 0xffffffff) == 0) return false;
    } while (!tickets.compare_exchange_weak(ticket, ticket - 1, std::memory_order_acq_rel));
    try {
      work(context, parts - (ticket & 0xffffffff));
    } catch (...) {
      fail();
    }
    left.fetch_sub(1, std::memory_order_acq_rel);
    return true;
  }

  void fail() {
    if (!has_failed.exchange(true)) failure = std::current_exception();
  }

  // A moment's rest; where it takes long, another thread may need the core.
  static void rest(size_t &turns) {
    if (++turns > 4000) return std::this_thread::yield();
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }

  static inline thread_local Team *current = nullptr;

  // What is to be done, and how many parts of it nobody has taken: in the lower half of `tickets`, below the number of things
  // that were shared, so that nobody takes a part of what is over.
  void (*work)(const void *, size_t) = nullptr;
  const void *context = nullptr;
  size_t parts = 0;
  uint64_t generation = 0;
  std::exception_ptr failure;
  std::atomic<bool> has_failed{false}, has_ended{false};
  alignas(64) std::atomic<uint64_t> tickets{0};
  alignas(64) std::atomic<size_t> left{0};
};

// Runs body(begin, end) on parts of 0..<count, by the caller's team, or else by the threads of the arena that the caller is
// in: the plugin's, so that no two pools fight for cores. Whoever is ready takes the next part, so that slow cores get less; a
// part is of `smallest` at least.
template <typename Body>
void share(size_t count, size_t smallest, const Body &body) {
#if OVEN_HAS_TBB
  const auto threads = static_cast<size_t>(tbb::this_task_arena::max_concurrency());
  const size_t parts = std::min(count / std::max<size_t>(smallest, 1), threads * 8);
  if (threads <= 1 || parts <= 1) return body(0, count);
  const auto run = [&](size_t part) { body(count * part / parts, count * (part + 1) / parts); };
  if (auto *team = Team::led()) return team->share(static_cast<uint32_t>(parts), run);
  std::atomic<size_t> next{0};
  const auto work = [&](const tbb::blocked_range<size_t> &) {
    for (size_t i = next++; i < parts; i = next++) run(i);
  };
  const size_t workers = std::min(threads, parts);
  tbb::parallel_for(tbb::blocked_range<size_t>(0, workers, 1), work, tbb::static_partitioner());
#else
  static_cast<void>(smallest);
  body(0, count);
#endif
}

}  // namespace bridge
