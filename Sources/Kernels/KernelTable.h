// The functions of one instruction set.

#ifndef OVEN_KERNEL_TABLE_H
#define OVEN_KERNEL_TABLE_H

#include "Calibration.h"
#include "Kernels.h"

typedef struct {
  const char *name;
  void (*quantize)(const oven_quantize_job *, oven_statistics *);
  void (*convert_rows)(const float *, size_t, size_t, oven_type, void *, oven_statistics *);
  void (*widen)(const void *, oven_type, size_t, float *);
  void (*add_column_magnitudes)(const float *, size_t, size_t, double *);
  void (*add_stripes)(uint64_t *, const uint8_t *, size_t, const uint8_t *);
  void (*add_blocks)(uint64_t *, const uint8_t *, size_t, const uint8_t *);
  void (*search)(const oven_search_job *);
  void (*compensate)(const oven_compensate_job *);
  void (*refine)(const oven_refine_job *);
  void (*quadratic_form)(const float *, size_t, const float *, double *);
  int (*cholesky)(double *, size_t);
} oven_kernel_table;

/// The table in use.
const oven_kernel_table *oven_kernels(void);

extern const oven_kernel_table oven_kernels_portable;
#if defined(__x86_64__)
extern const oven_kernel_table oven_kernels_avx2;
extern const oven_kernel_table oven_kernels_avx512;
#endif

#endif
