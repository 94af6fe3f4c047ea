// Products of rows of numbers with matrices of codes of 4 to 8 bits, read where a model's file has them, or packed.
//
//   y[m][n] = Σ_k x[m][k] · (scale[n][k / group] · (code[n][k] − zero[n][k / group]) + minimum[n][k / group])
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

/// How codes and the numbers beside them are stored.
typedef enum {
  oven_number_u4,
  oven_number_i4,
  oven_number_u8,
  oven_number_i8,
  oven_number_f16,
  oven_number_f32,
  oven_number_none,
  /// Codes whose upper bits lie apart from the lower four (`planes`): 0 to 31, −16 to 15, −32 to 31.
  oven_number_u5,
  oven_number_i5,
  oven_number_i6,
  /// Codes of four bits that stand for one of sixteen numbers: those of ggml's IQ4, floats of four bits (e2m1), and
  /// quantiles of the normal distribution.
  oven_number_iq4,
  oven_number_f4,
  oven_number_nf4,
  /// A power of two: its exponent + 127 in a byte.
  oven_number_e8m0,
} oven_number;

/// A matrix [rows, columns] of codes. Four-bit numbers are packed, the even one in the low half of a byte, without gaps
/// between rows. Nothing needs alignment, and nothing is read past the last number.
typedef struct {
  /// u4, i4, u8, i8, u5, i5, i6, iq4, f4 or nf4.
  oven_number code_type;
  const void *codes;
  /// f16, f32 or e8m0, [rows, columns / group]; or i8, whole numbers to be multiplied with `scale_factors`.
  oven_number scale_type;
  const void *scales;
  /// Any type up to f32, [rows, columns / group]; `oven_number_none` where all are zero.
  oven_number zero_type;
  const void *zeros;
  size_t rows, columns, group;
  /// The fifth bits of codes, and then the sixth ones, for 128 columns: a bit for each even column, in eight bytes, and
  /// then for each odd one. A row's last 128 are whole whatever the columns.
  const void *planes;
  /// f16, or i8 to be multiplied with `minimum_factors`; none where all are zero. With zero points there are none.
  oven_number minimum_type;
  const void *minima;
  /// f16, one for `factor_groups` (8 or 16) groups of a row.
  const void *scale_factors, *minimum_factors;
  size_t factor_groups;
} oven_matrix;

/// Whether the kernels can compute with a matrix: its types, an even number of columns below 2^20, and groups of 16,
/// 32, 64, a multiple of 128 that divides the columns, or the whole row.
int oven_linear_supports(const oven_matrix *matrix);

/// How a matrix is stored in fewer bytes without any loss, to judge by its first rows: the types of `packed`, whose parts
/// that can stay where they are keep their addresses, while those of the others are null. 0 where all of it stays.
int oven_linear_packing(const oven_matrix *matrix, oven_matrix *packed);

/// The bytes that the parts without an address take. The memory is to be aligned to 64.
size_t oven_linear_packed_size(const oven_matrix *packed);

/// Gives parts without an address their places in such memory.
void oven_linear_place(oven_matrix *packed, void *memory);

/// Writes rows [begin, end) of the parts that were placed; 0 where something of them would be lost.
int oven_linear_pack(const oven_matrix *matrix, const oven_matrix *packed, size_t begin, size_t end);

/// The bytes that `count` prepared rows take; the memory is to be aligned to 64. Matrices for which
/// `oven_linear_same_preparation` holds share prepared rows.
size_t oven_linear_prepared_size(const oven_matrix *matrix, size_t count);

/// Whether rows that were prepared for one matrix serve the other.
int oven_linear_same_preparation(const oven_matrix *first, const oven_matrix *second);

/// Prepares rows [begin, end) of `count` rows `x` of `matrix->columns` numbers each. Where rows are many,
/// `begin` must be a multiple of OVEN_LINEAR_ROWS, and `end` one too or `count`.
void oven_linear_prepare(const oven_matrix *matrix, const float *x, size_t count, size_t begin, size_t end,
                         void *prepared);

/// Rows of a matrix that are best left together where threads share the work: unpacking serves many rows of numbers in larger
/// pieces. A multiple of OVEN_LINEAR_ROWS.
size_t oven_linear_rows_together(size_t count);

/// The bytes of working memory that each thread needs for `oven_linear_multiply`, aligned to 64.
size_t oven_linear_scratch_size(const oven_matrix *matrix, size_t count);

/// Computes rows [begin, end) of the matrix: y[m · stride + n] for m < count. `begin` must be a multiple of
/// OVEN_LINEAR_ROWS, and `end` one too or the last row's.
void oven_linear_multiply(const oven_matrix *matrix, const void *prepared, size_t count, size_t begin, size_t end,
                          float *y, size_t stride, void *scratch);

/// The same product with the numbers as they are, in f32 (and no preparation): y[m · stride + n].
void oven_linear_multiply_exactly(const oven_matrix *matrix, const float *x, size_t count, size_t begin, size_t end,
                                  float *y, size_t stride, void *scratch);

/// Rows [first, first + count) as a matrix of their own; 0 where they begin within a byte.
int oven_linear_rows(const oven_matrix *matrix, size_t first, size_t count, oven_matrix *rows);

/// Writes row `row` of the matrix as numbers.
void oven_linear_decode_row(const oven_matrix *matrix, size_t row, float *out);

/// silu(gate) · up for `count` rows of columns [begin, end), in place of the gate.
void oven_linear_gate(float *gate, const float *up, size_t count, size_t begin, size_t end, size_t stride);

/// x · weight / √(mean(x²) + epsilon) for `count` rows of `width` numbers; `out` may be `x`.
void oven_linear_normalize(const float *x, const float *weight, float epsilon, size_t count, size_t width,
                           float *out);

/// a + b of `count` numbers; `out` may be one of them.
void oven_linear_add(const float *a, const float *b, size_t count, float *out);

/// The name of the instruction set in use: "amx", "avx512-bf16", "avx512", "avx2-vnni", "avx2" or "portable".
const char *oven_linear_instruction_set(void);

/// Chooses one by name; 0 where the machine does not have it. "avx2-vnni by avx512" is the code of avx2-vnni
/// in other encodings, for tests on machines without the former.
int oven_linear_use_instruction_set(const char *name);

#ifdef __cplusplus
}
#endif

#endif
