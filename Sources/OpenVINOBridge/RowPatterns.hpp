// Forms that rows of numbers are computed by, in a model that was read.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "openvino/core/node.hpp"
#pragma clang diagnostic pop

namespace bridge {

using Node = std::shared_ptr<ov::Node>;
using Output = ov::Output<ov::Node>;

template <typename Type>
std::shared_ptr<Type> as(const Output &value) {
  return ov::as_type_ptr<Type>(value.get_node_shared_ptr());
}

// A constant, perhaps converted, in f32.
std::optional<std::vector<float>> numbers_of(Output value);

bool is_number(const Output &value, float number);

// The width of rows of floats; nothing for anything else.
std::optional<size_t> width_of(const Output &value);

// Rows of one number whose places all are the same ones.
bool are_alike(const Output &first, const Output &second);

// The other factor of a product of two, where one satisfies a condition.
std::optional<Output> other_factor(const Output &product, const std::function<bool(const Output &)> &condition);

// x · weight / √(mean(x²) + epsilon).
struct Norm {
  Output x;
  std::vector<float> weight;
  float epsilon = 0;
  // What it is made of, the last node aside.
  std::set<ov::Node *> inside;
};

// The norm that ends here, if nobody else needs what it is made of.
std::optional<Norm> norm_at(const Node &node);

}  // namespace bridge
