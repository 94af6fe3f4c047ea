// What one instruction set offers, and what all of them agree on.

#ifndef OVEN_LINEAR_TABLE_H
#define OVEN_LINEAR_TABLE_H

#include "LinearKernels.h"

/// The number of codes in 64 bytes.
static inline size_t chunk_length(const oven_matrix *matrix) {
  return matrix->code_type == oven_number_u4 || matrix->code_type == oven_number_i4 ? 128 : 64;
}

static inline size_t rounded_up(size_t value, size_t unit) { return (value + unit - 1) / unit * unit; }

/// Columns with one factor of the activations. On SmolLM2, 128 lose 2.6 times as much (KL divergence) as 32.
#define UNIT 32
static inline size_t unit_length(const oven_matrix *matrix) { return matrix->group < UNIT ? matrix->group : UNIT; }

static inline size_t chunk_count(const oven_matrix *matrix) {
  return (matrix->columns + chunk_length(matrix) - 1) / chunk_length(matrix);
}

static inline size_t unit_count(const oven_matrix *matrix) {
  return (matrix->columns + unit_length(matrix) - 1) / unit_length(matrix);
}

/// The bytes that a chunk's numbers take where rows are few (LinearPrepare.h).
static inline size_t few_chunk_size(const oven_matrix *matrix) { return 2 * chunk_length(matrix) + 192; }

/// Scales of a chunk: 1, 2 or 4.
static inline size_t slot_count(const oven_matrix *matrix) {
  const size_t chunk = chunk_length(matrix);
  return matrix->group < chunk ? chunk / matrix->group : 1;
}

typedef struct {
  const char *name;
  /// Whether many rows of numbers are prepared as tiles (LinearTiles.h).
  int has_tiles;
  void (*prepare)(const oven_matrix *, const float *, size_t, size_t, size_t, void *);
  void (*multiply)(const oven_matrix *, const void *, size_t, size_t, size_t, float *, size_t, void *);
  void (*multiply_exactly)(const oven_matrix *, const float *, size_t, size_t, size_t, float *, size_t, void *);
  void (*gate)(float *, const float *, size_t, size_t, size_t, size_t);
} oven_linear_table;

/// `count` numbers from index `first` of an array of `type`.
void oven_linear_numbers(oven_number type, const void *numbers, size_t first, size_t count, float *out);

extern const oven_linear_table oven_linear_portable;
#if defined(__x86_64__)
extern const oven_linear_table oven_linear_avx2;
extern const oven_linear_table oven_linear_avx2_vnni;
extern const oven_linear_table oven_linear_evex_vnni;
extern const oven_linear_table oven_linear_avx512;
extern const oven_linear_table oven_linear_amx;
#endif

#endif
