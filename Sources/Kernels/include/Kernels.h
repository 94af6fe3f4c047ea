// The innermost loops of a bake, in C because a vector unit is worth a factor here (see
// Benchmarks/quantization).
//
// Each function exists for the instruction sets of KernelBody.h and is chosen when it is first called. All of
// them give the same bits: no fused multiply-add, and sums in 16 lanes whatever the register's width is.

#ifndef OVEN_KERNELS_H
#define OVEN_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/// How a group becomes codes. See Sources/Quantization/Schemes for each formula.
typedef enum {
  oven_scheme_int4_symmetric,
  oven_scheme_int4_asymmetric,
  oven_scheme_int8_symmetric,
  oven_scheme_int8_asymmetric,
  oven_scheme_nf4,
  oven_scheme_fp4,
  oven_scheme_mxfp4,
} oven_scheme;

/// A type of plain numbers.
typedef enum {
  oven_type_f32,
  oven_type_f16,
  oven_type_bf16,
} oven_type;

/// What was done to some rows; added to, not overwritten. The fields of Quantization's RowStatistics.
typedef struct {
  double squared_error;
  double squares;
  double maximum_row_error;
  float maximum_magnitude;
  int64_t non_finite_count;
  int64_t overflow_count;
} oven_statistics;

/// A matrix to quantise, and where to.
typedef struct {
  oven_scheme scheme;
  /// The type of `source`.
  oven_type source_type;
  /// The numbers, row after row; no alignment is needed.
  const void *source;
  size_t rows, columns;
  /// Divides `columns`.
  size_t group_size;
  /// Codes; four-bit ones are packed, the even one in the low half of a byte, without gaps between rows.
  uint8_t *values;
  /// One scale a group, in f16, or in f32 where `scales_are_f32`; one byte (an exponent) for MXFP4.
  void *scales;
  int scales_are_f32;
  /// One zero point a group, packed as values are; unused by symmetric schemes.
  uint8_t *zero_points;
  /// Working memory of oven_quantize_scratch() bytes, aligned to 64.
  void *scratch;
} oven_quantize_job;

/// The bytes of working memory that rows of `columns` numbers in groups of `group_size` need.
size_t oven_quantize_scratch(size_t columns, size_t group_size);

/// Quantises all rows.
void oven_quantize(const oven_quantize_job *job, oven_statistics *statistics);

/// Converts rows of f32 to f32, f16 or bf16, rounding to nearest even. Numbers beyond the range of the type
/// become its largest and are counted; NaN and infinities stay what they are and are counted.
void oven_convert_rows(const float *source, size_t rows, size_t columns, oven_type type, void *output,
                       oven_statistics *statistics);

/// Converts `count` numbers of `type` to f32, exactly. `source` needs no alignment.
void oven_widen(const void *source, oven_type type, size_t count, float *output);

/// Adds the magnitudes of `rows` rows to `sums`, one sum a column.
void oven_add_column_magnitudes(const float *source, size_t rows, size_t columns, double *sums);

/// The name of the instruction set in use: "avx512", "avx2" or "portable".
const char *oven_instruction_set(void);

/// Chooses an instruction set by name, for tests; 0 where the machine does not have it.
int oven_use_instruction_set(const char *name);

#endif
