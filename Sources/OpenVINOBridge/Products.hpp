// Products of rows of numbers with ready matrices, shared among the threads of the pool that the caller is in.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>
#include <vector>

#include "LinearKernels.h"

namespace bridge {

// Working memory that a thread keeps, aligned to 64 bytes.
class Room {
 public:
  ~Room() { std::free(memory); }
  void *of(size_t size) {
    if (size > capacity) {
      std::free(memory);
      capacity = (size + 4095) / 4096 * 4096;
      memory = std::aligned_alloc(64, capacity);
      if (!memory) {
        capacity = 0;
        throw std::bad_alloc();
      }
    }
    return memory;
  }

 private:
  void *memory = nullptr;
  size_t capacity = 0;
};

// How many pieces of the rows that stay together make a part that is worth a thread's attention: 32 KB of codes where `count`
// rows of numbers are few, any where they are many.
size_t smallest_part(const oven_matrix &matrix, size_t count);

// Rows of numbers: prepared, or as they are where nothing is to be rounded.
struct Rows {
  const float *x;
  const void *prepared;
  size_t count;
};

// Rows [begin, end) of a matrix times all of them, by the calling thread: into rows of y as long as the matrix has rows.
void multiply(const oven_matrix &matrix, const Rows &rows, size_t begin, size_t end, float *y);

// A product, and where it goes: [count, rows of the matrix].
struct Task {
  const oven_matrix *matrix;
  float *output;
};

// `count` rows `x` times each of the matrices, which share prepared rows; or exactly, without any rounding of x.
void multiply_rows(const std::vector<Task> &tasks, const float *x, size_t count, bool exact);

// silu(x · gate) · (x · up).
void multiply_gated(const oven_matrix &gate, const oven_matrix &up, const float *x, size_t count, bool exact,
                    float *output);

}  // namespace bridge
