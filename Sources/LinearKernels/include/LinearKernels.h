// Products of rows of numbers with matrices of 4-bit and 8-bit codes, read where a model's file has them.
//
//   y[m][n] = Σ_k x[m][k] · scale[n][k / group] · (code[n][k] − zero[n][k / group])
//
// The numbers of a row are rounded to 8 bits first, 32 at a time, each time with a factor of their own (their largest
// magnitude / 127), and products are summed as integers within a group. That is `oven_linear_prepare`;
// `oven_linear_multiply` then computes any part of the matrix's rows, so that threads can share the work. Each row
// is computed in one order whatever the part, so that the threads' number changes no bit, and every instruction
// set gives the same bits as the portable one. Only "amx" differs where rows of numbers are many: it rounds
// numbers and unpacked codes to bf16, and nothing to 8 bits.

#ifndef OVEN_LINEAR_KERNELS_H
#define OVEN_LINEAR_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Rows of a matrix that are computed together, and rows of numbers that are prepared together.
#define OVEN_LINEAR_ROWS 16

/// From so many rows of numbers on, codes are unpacked once for all of them.
#define OVEN_LINEAR_MANY_ROWS 9

/// How numbers beside the codes are stored; codes are one of the first four.
typedef enum {
  oven_number_u4,
  oven_number_i4,
  oven_number_u8,
  oven_number_i8,
  oven_number_f16,
  oven_number_f32,
  oven_number_none,
} oven_number;

/// A matrix [rows, columns] of codes. Four-bit numbers are packed, the even one in the low half of a byte, without gaps
/// between rows. Nothing needs alignment, and nothing is read past the last number.
typedef struct {
  oven_number code_type;
  const void *codes;
  /// f16 or f32, [rows, columns / group].
  oven_number scale_type;
  const void *scales;
  /// Any type, [rows, columns / group]; `oven_number_none` where all are zero.
  oven_number zero_type;
  const void *zeros;
  size_t rows, columns, group;
} oven_matrix;

/// Whether the kernels can compute with a matrix: its types, an even number of columns below 2^20, and groups of 32,
/// 64, a multiple of 128 that divides the columns, or the whole row.
int oven_linear_supports(const oven_matrix *matrix);

/// The bytes that `count` prepared rows take; the memory is to be aligned to 64. Matrices for which
/// `oven_linear_same_preparation` holds share prepared rows.
size_t oven_linear_prepared_size(const oven_matrix *matrix, size_t count);

/// Whether rows that were prepared for one matrix serve the other.
int oven_linear_same_preparation(const oven_matrix *first, const oven_matrix *second);

/// Prepares rows [begin, end) of `count` rows `x` of `matrix->columns` numbers each. Where rows are many,
/// `begin` must be a multiple of OVEN_LINEAR_ROWS, and `end` one too or `count`.
void oven_linear_prepare(const oven_matrix *matrix, const float *x, size_t count, size_t begin, size_t end,
                         void *prepared);

/// The bytes of working memory that each thread needs for `oven_linear_multiply`, aligned to 64.
size_t oven_linear_scratch_size(const oven_matrix *matrix, size_t count);

/// Computes rows [begin, end) of the matrix: y[m · stride + n] for m < count. `begin` must be a multiple of
/// OVEN_LINEAR_ROWS, and `end` one too or the last row's.
void oven_linear_multiply(const oven_matrix *matrix, const void *prepared, size_t count, size_t begin, size_t end,
                          float *y, size_t stride, void *scratch);

/// The same product with the numbers as they are, in f32 (and no preparation): y[m · stride + n].
void oven_linear_multiply_exactly(const oven_matrix *matrix, const float *x, size_t count, size_t begin, size_t end,
                                  float *y, size_t stride, void *scratch);

/// Writes row `row` of the matrix as numbers.
void oven_linear_decode_row(const oven_matrix *matrix, size_t row, float *out);

/// silu(gate) · up for `count` rows of columns [begin, end), in place of the gate.
void oven_linear_gate(float *gate, const float *up, size_t count, size_t begin, size_t end, size_t stride);

/// The name of the instruction set in use: "amx", "avx512", "avx2-vnni", "avx2" or "portable".
const char *oven_linear_instruction_set(void);

/// Chooses one by name; 0 where the machine does not have it. "avx2-vnni by avx512" is the code of avx2-vnni
/// in other encodings, for tests on machines without the former.
int oven_linear_use_instruction_set(const char *name);

#ifdef __cplusplus
}
#endif

#endif
