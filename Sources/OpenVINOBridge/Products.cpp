#include "Products.hpp"

#include <algorithm>

#include "Sharing.hpp"

namespace bridge {

namespace {

thread_local Room scratch_room, prepared_room, second_room;

// Rows as matrices like this one need them.
Rows prepared_rows(const oven_matrix &matrix, const float *x, size_t count, bool exact) {
  if (exact) return {x, nullptr, count};
  void *prepared = prepared_room.of(oven_linear_prepared_size(&matrix, count));
  const size_t together = count < OVEN_LINEAR_MANY_ROWS ? 1 : OVEN_LINEAR_ROWS;
  share((count + together - 1) / together, (size_t{1} << 15) / matrix.columns / together, [&](size_t begin, size_t end) {
    oven_linear_prepare(&matrix, x, count, begin * together, std::min(count, end * together), prepared);
  });
  return {x, prepared, count};
}

}  // namespace

size_t smallest_part(const oven_matrix &matrix, size_t count) {
  if (count >= OVEN_LINEAR_MANY_ROWS) return 1;
  const size_t bits = matrix.code_type == oven_number_u8 || matrix.code_type == oven_number_i8 ? 8 : 4;
  return (size_t{1} << 15) / std::max<size_t>(matrix.columns * bits / 8 * oven_linear_rows_together(count), 1);
}

void multiply(const oven_matrix &matrix, const Rows &rows, size_t begin, size_t end, float *y) {
  void *scratch = scratch_room.of(oven_linear_scratch_size(&matrix, rows.count));
  if (rows.prepared) {
    oven_linear_multiply(&matrix, rows.prepared, rows.count, begin, end, y, matrix.rows, scratch);
  } else {
    oven_linear_multiply_exactly(&matrix, rows.x, rows.count, begin, end, y, matrix.rows, scratch);
  }
}

void multiply_rows(const std::vector<Task> &tasks, const float *x, size_t count, bool exact) {
  const Rows rows = prepared_rows(*tasks.front().matrix, x, count, exact);
  const size_t together = oven_linear_rows_together(count);
  const auto pieces = [&](const Task &task) { return (task.matrix->rows + together - 1) / together; };
  size_t total = 0;
  for (const auto &task : tasks) total += pieces(task);
  // All matrices' rows one after the other.
  share(total, smallest_part(*tasks.front().matrix, count), [&](size_t begin, size_t end) {
    size_t first = 0;
    for (const auto &task : tasks) {
      const size_t from = std::max(begin, first), to = std::min(end, first + pieces(task));
      if (from < to) {
        multiply(*task.matrix, rows, (from - first) * together, std::min(task.matrix->rows, (to - first) * together),
                 task.output);
      }
      first += pieces(task);
    }
  });
}

void multiply_gated(const oven_matrix &gate, const oven_matrix &up, const float *x, size_t count, bool exact,
                    float *output) {
  const Rows rows = prepared_rows(gate, x, count, exact);
  auto *second = static_cast<float *>(second_room.of(count * up.rows * sizeof(float)));
  const size_t together = oven_linear_rows_together(count);
  share((gate.rows + together - 1) / together, smallest_part(gate, count), [&](size_t first, size_t last) {
    const size_t begin = first * together, end = std::min(gate.rows, last * together);
    multiply(gate, rows, begin, end, output);
    multiply(up, rows, begin, end, second);
    oven_linear_gate(output, second, count, begin, end, gate.rows);
  });
}

}  // namespace bridge
