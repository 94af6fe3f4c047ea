// Compressed matrices in a model that was read.
#pragma once

#include <memory>
#include <optional>

#include "PlacedMatrix.hpp"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "openvino/core/node.hpp"
#include "openvino/op/constant.hpp"
#pragma clang diagnostic pop

namespace bridge {

using Node = std::shared_ptr<ov::Node>;

template <typename Type>
std::shared_ptr<Type> as(const Node &node) {
  return ov::as_type_ptr<Type>(node);
}

inline Node input(const Node &node, size_t index) { return node->get_input_node_shared_ptr(index); }

// The only operation that uses what a node computes; null where there are none or more.
Node only_user(const Node &node);

// Finds where in a file the matrices of a model are.
class MatrixFinder {
 public:
  explicit MatrixFinder(const WeightFile &file) : file(file) {}

  // The matrix that a chain Convert? ← Reshape? ← Multiply ← Subtract? ← Convert ← Constant computes; of rank 3 those of
  // all experts under each other.
  std::optional<PlacedMatrix> matrix(Node node, size_t rank = 2) const;

 private:
  // Codes and their zero points.
  struct Codes {
    PlacedMatrix matrix;
    ov::Shape shape;
    size_t zero_count = 0;
  };

  std::optional<Codes> codes(Node node) const;
  std::optional<PlacedMatrix> with_scales(Codes codes, const ov::Shape &matrix,
                                          const ov::op::v0::Constant &scales) const;
  bool place(const ov::op::v0::Constant &constant, oven_number &type, int64_t &offset) const;

  const WeightFile &file;
};

}  // namespace bridge
