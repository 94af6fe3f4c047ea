// Compressed matrices: where a file has them, and as the kernels read them.
#pragma once

#include <cstdint>
#include <memory>

#include "LinearKernels.h"
#include "WeightFile.hpp"

namespace bridge {

// A compressed matrix and where it is in the file of the weights.
struct PlacedMatrix {
  oven_number code_type = oven_number_none, scale_type = oven_number_none, zero_type = oven_number_none;
  int64_t codes = 0, scales = 0, zeros = 0;
  int64_t rows = 0, columns = 0, group = 0;

  // Its addresses; throws where it does not lie in the file, or is of a kind that no kernel computes.
  oven_matrix in(const WeightFile &file) const;
};

// A matrix as the kernels read it: in the file, or packed into fewer bytes, in memory of its own.
class ReadyMatrix {
 public:
  ReadyMatrix(std::shared_ptr<const WeightFile> file, const PlacedMatrix &placed);

  const oven_matrix &matrix() const { return matrix_; }

 private:
  std::shared_ptr<const WeightFile> file;
  std::shared_ptr<const void> memory;
  oven_matrix matrix_;
};

// The matrix at a place of a file: the same one for all who ask, as long as somebody has it.
std::shared_ptr<const ReadyMatrix> ready_matrix(const std::shared_ptr<const WeightFile> &file,
                                                const PlacedMatrix &placed);

}  // namespace bridge
