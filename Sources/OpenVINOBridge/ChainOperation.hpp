// An attention and what stands between it and the next one: products, norms and sums of rows, one after the other in one
// operation. Between operations a plugin asks for shapes, allocates and starts threads, which for a single token takes as
// long as the products.
#pragma once

#include "AttentionStep.hpp"
#include "PlacedOperation.hpp"

namespace bridge {

// One thing that a chain does. Its operands are values by number: first the chain's rows, then what the steps before gave.
struct ChainStep {
  enum Kind : int64_t {
    // operand times `count` matrices from `matrix`: as many values
    product,
    // silu(operand · first) · (operand · second) of the two matrices from `matrix`
    gated,
    // operand · weight / √(mean(operand²) + epsilon); the weight begins at number `other` of the chain's weights
    norm,
    // operand + other
    sum,
    // The attention `other` of queries, keys and values, which begin at `operand`.
    attention,
  };
  int64_t kind = product, operand = 0, other = 0, matrix = 0, count = 1;
  float epsilon = 0;
};

// What a chain computes.
struct ChainProgram {
  std::vector<ChainStep> steps;
  std::vector<AttentionStep> attentions;
  // Inputs that are rows [..., width], all as many; behind them come one of all norms' weights, and what attentions read.
  int64_t rows = 0;
  // The values that others need.
  std::vector<int64_t> outputs;
  // Whether products take numbers as they are, and do not round them to 8 bits.
  bool exact = false;
};

class Chain final : public PlacedOperation {
 public:
  OPENVINO_OP("Chain", "oven");

  Chain() = default;
  Chain(const ov::OutputVector &inputs, std::string weights, std::vector<PlacedMatrix> matrices, ChainProgram program);
  Chain(const ov::OutputVector &inputs, const Chain &other);

  void validate_and_infer_types() override;
  std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector &inputs) const override;
  bool visit_attributes(ov::AttributeVisitor &visitor) override;
  bool evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const override;

  // What it computes.
  const ChainProgram &steps() const { return *program; }

 private:
  struct Plan;

  void plan();
  // Numbers of the input that holds the norms' weights.
  size_t weight_count() const;
  void run(const std::vector<const float *> &rows, const ov::TensorVector &inputs, const std::vector<float *> &outputs,
           size_t begin_row, size_t count) const;

  std::shared_ptr<const ChainProgram> program = std::make_shared<ChainProgram>();
  // Shared by all copies, like what is bound.
  std::shared_ptr<const Plan> planned;
};

// Puts products and the norms and sums around them into chains.
void chain_rows(ov::Model &model);

}  // namespace bridge
