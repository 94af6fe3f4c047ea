#include "PlacedOperation.hpp"

#include <stdexcept>

namespace bridge {

namespace {

// The numbers of a PlacedMatrix among an operation's attributes.
constexpr size_t fields = 9;

}  // namespace

PlacedOperation::PlacedOperation(const ov::OutputVector &inputs, std::string weights,
                                 std::vector<PlacedMatrix> matrices)
    : Op(inputs), attributes(std::make_shared<Attributes>(Attributes{std::move(weights), std::move(matrices)})) {}

PlacedOperation::PlacedOperation(const ov::OutputVector &inputs, const PlacedOperation &other)
    : Op(inputs), attributes(other.attributes), bound(other.bound) {}

bool PlacedOperation::visit_attributes(ov::AttributeVisitor &visitor) {
  std::vector<int64_t> numbers;
  auto weights = attributes->weights;
  for (const auto &m : attributes->placed) {
    numbers.insert(numbers.end(), {m.code_type, m.scale_type, m.zero_type, m.codes, m.scales, m.zeros, m.rows,
                                   m.columns, m.group});
  }
  visitor.on_attribute("weights", weights);
  visitor.on_attribute("matrices", numbers);
  if (numbers.size() % fields != 0) throw std::runtime_error("matrices with numbers missing");
  const auto number = [](int64_t value) {
    return value < 0 || value > oven_number_e8m0 ? oven_number_none : static_cast<oven_number>(value);
  };
  std::vector<PlacedMatrix> placed;
  for (size_t i = 0; i < numbers.size(); i += fields) {
    const int64_t *n = &numbers[i];
    placed.push_back({number(n[0]), number(n[1]), number(n[2]), n[3], n[4], n[5], n[6], n[7], n[8]});
  }
  attributes = std::make_shared<Attributes>(Attributes{std::move(weights), std::move(placed)});
  return true;
}

void PlacedOperation::bind() {
  if (bound) return;
  Matrices matrices;
  if (!attributes->placed.empty()) {
    const auto file = weights_of(attributes->weights);
    for (const auto &placed : attributes->placed) matrices.push_back(ready_matrix(file, placed));
  }
  bound = std::make_shared<const Matrices>(std::move(matrices));
}

}  // namespace bridge
