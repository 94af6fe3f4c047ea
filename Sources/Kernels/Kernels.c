#include "KernelTable.h"

#include <stdatomic.h>
#include <string.h>

static _Atomic(const oven_kernel_table *) chosen;

static const oven_kernel_table *best(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
    return &oven_kernels_avx512;
  if (__builtin_cpu_supports("avx2")) return &oven_kernels_avx2;
#endif
  return &oven_kernels_portable;
}

const oven_kernel_table *oven_kernels(void) {
  const oven_kernel_table *table = atomic_load_explicit(&chosen, memory_order_relaxed);
  if (!table) {
    table = best();
    atomic_store_explicit(&chosen, table, memory_order_relaxed);
  }
  return table;
}

const char *oven_instruction_set(void) { return oven_kernels()->name; }

int oven_use_instruction_set(const char *name) {
  const oven_kernel_table *table = NULL;
  if (!strcmp(name, "portable")) table = &oven_kernels_portable;
#if defined(__x86_64__)
  const oven_kernel_table *most = best();
  if (!strcmp(name, "avx2") && most != &oven_kernels_portable) table = &oven_kernels_avx2;
  if (!strcmp(name, "avx512") && most == &oven_kernels_avx512) table = &oven_kernels_avx512;
#endif
  if (!table) return 0;
  atomic_store(&chosen, table);
  return 1;
}

static size_t rounded(size_t bytes) { return (bytes + 63) & ~(size_t)63; }

size_t oven_quantize_scratch(size_t columns, size_t group_size) {
  size_t groups = group_size ? columns / group_size : 0;
  // A row as f32, its codes, and four numbers for each group (KernelBody.h).
  return rounded(columns * sizeof(float)) + rounded(columns) + 4 * rounded(groups * sizeof(float));
}

void oven_quantize(const oven_quantize_job *job, oven_statistics *statistics) {
  oven_kernels()->quantize(job, statistics);
}

void oven_convert_rows(const float *source, size_t rows, size_t columns, oven_type type, void *output,
                       oven_statistics *statistics) {
  oven_kernels()->convert_rows(source, rows, columns, type, output, statistics);
}

void oven_widen(const void *source, oven_type type, size_t count, float *output) {
  oven_kernels()->widen(source, type, count, output);
}

void oven_add_column_magnitudes(const float *source, size_t rows, size_t columns, double *sums) {
  oven_kernels()->add_column_magnitudes(source, rows, columns, sums);
}

void oven_search(const oven_search_job *job) { oven_kernels()->search(job); }

void oven_compensate(const oven_compensate_job *job) { oven_kernels()->compensate(job); }

void oven_refine(const oven_refine_job *job) { oven_kernels()->refine(job); }

void oven_quadratic_form(const float *panel, size_t columns, const float *matrix, double *sums) {
  oven_kernels()->quadratic_form(panel, columns, matrix, sums);
}

int oven_cholesky(double *matrix, size_t size) { return oven_kernels()->cholesky(matrix, size); }
