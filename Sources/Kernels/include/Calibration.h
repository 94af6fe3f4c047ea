// What the calibrated ways of quantising compute in vectors: 16 rows of a matrix at a time, turned on their side to
// [columns][16], so that every row is computed for itself and a result does not depend on the number of threads.

#ifndef OVEN_CALIBRATION_H
#define OVEN_CALIBRATION_H

#include "Kernels.h"

/// The rows of a panel.
#define OVEN_PANEL_ROWS 16

/// Scales and zero points of 16 rows. See Sources/Quantization/Calibrated/ScaleSearch.swift.
typedef struct {
  oven_scheme scheme;
  /// [columns][16].
  const float *panel;
  /// Divisible by the size of a group.
  size_t columns, group_size;
  /// How much an error in each column counts.
  const float *importances;
  /// Whether scales are stored in f32; in f16 otherwise, powers of two in MXFP4.
  int scales_are_f32;
  /// Whether to search; else the scheme's own formula, from the range of a group.
  int sweeps;
  /// Results, [groups][16]: the scales as they are stored, zero points, and the weighted squared errors.
  float *scales, *zero_points, *errors;
} oven_search_job;

void oven_search(const oven_search_job *job);

/// Levels of 16 rows, each column's error passed on to the columns that are rounded after it. See
/// Sources/Quantization/Calibrated/ErrorCompensation.swift.
typedef struct {
  oven_scheme scheme;
  /// [columns][16], in the order of `factor`; the last column is rounded first.
  const float *panel;
  size_t columns;
  /// The group of each column, an index into scales and zero points, [groups][16].
  const uint32_t *groups;
  const float *scales, *zero_points;
  /// [columns][columns]: what a unit of error in column k adds to column j < k. Only that part is read.
  /// NULL where no error is passed on.
  const float *factor;
  /// Working memory, [columns][16].
  float *moved;
  /// Result, [columns][16]: what the codes stand for, without the scale.
  float *levels;
} oven_compensate_job;

void oven_compensate(const oven_compensate_job *job);

/// Levels and scales of 16 rows, moved to a better place beside them: the quadratic form of the error falls with every
/// step. See Sources/Quantization/Calibrated/Refinement.swift.
typedef struct {
  oven_scheme scheme;
  int scales_are_f32;
  /// [columns][16].
  const float *panel;
  /// Divisible by the size of a group.
  size_t columns, group_size;
  /// [columns][columns], symmetric.
  const float *matrix;
  /// In and out: [groups][16] and [columns][16].
  float *scales, *levels;
  const float *zero_points;
  int sweeps;
  /// Working memory, [columns][16] each.
  float *gradient, *product;
} oven_refine_job;

void oven_refine(const oven_refine_job *job);

/// For each row x of a panel xᵀ · matrix · x, into 16 sums. The matrix is [columns][columns], symmetric.
void oven_quadratic_form(const float *panel, size_t columns, const float *matrix, double *sums);

/// The lower Cholesky factor of a symmetric matrix [size][size], in place; only the lower half is read and written.
/// 0 where the matrix is not positive definite; its contents are undefined then.
int oven_cholesky(double *matrix, size_t size);

#endif
