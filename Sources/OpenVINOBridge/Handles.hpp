// The handles behind the opaque types, and the one place where exceptions end.
#pragma once

#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "openvino/core/model.hpp"
#include "openvino/runtime/compiled_model.hpp"
#include "openvino/runtime/core.hpp"
#include "openvino/runtime/exception.hpp"
#include "openvino/runtime/infer_request.hpp"
#include "openvino/runtime/tensor.hpp"
#include "openvino/runtime/variable_state.hpp"
#pragma clang diagnostic pop

#include "COpenVINO.h"

struct ovb_core {
  ov::Core core;
  // Passed when the core knows how blobs with paged attention are read.
  std::once_flag paged_attention;
  // Passed when the core knows our own operations.
  std::once_flag placed_weights;
};

struct ovb_model {
  std::shared_ptr<ov::Model> model;
};

struct ovb_compiled {
  // OpenVINO's own methods are not const.
  mutable ov::CompiledModel compiled;
};

struct ovb_request {
  ov::InferRequest request;
};

struct ovb_state {
  ov::VariableState state;
};

struct ovb_tensor {
  ov::Tensor tensor;
  // The bytes of the caller's memory that it stands on; 0 for other tensors.
  size_t capacity = 0;
};

struct ovb_list {
  std::vector<std::string> items;
};

namespace bridge {

// A wrong index, name or pointer of the caller.
struct BadArgument : std::exception {
  explicit BadArgument(std::string text) : text(std::move(text)) {}
  const char *what() const noexcept override { return text.c_str(); }
  std::string text;
};

// Keeps `message` for `last_error`; OpenVINO's prefixes with file and line of its sources are cut.
void remember(const char *message) noexcept;
const char *last_error();

// Runs `body`; whatever it throws becomes a status and a message.
template <typename Body>
ovb_status guarded(Body &&body) noexcept {
  try {
    body();
    return OVB_OK;
  } catch (const BadArgument &error) {
    remember(error.what());
    return OVB_BAD_ARGUMENT;
  } catch (const ov::Cancelled &error) {
    remember(error.what());
    return OVB_CANCELLED;
  } catch (const ov::Busy &error) {
    remember(error.what());
    return OVB_BUSY;
  } catch (const ov::NotImplemented &error) {
    remember(error.what());
    return OVB_NOT_IMPLEMENTED;
  } catch (const std::bad_alloc &) {
    remember("out of memory");
    return OVB_OUT_OF_MEMORY;
  } catch (const std::exception &error) {
    remember(error.what());
    return OVB_FAILED;
  } catch (...) {
    remember("OpenVINO threw something that is no std::exception");
    return OVB_FAILED;
  }
}

// Gives `items` to the caller.
inline void give(ovb_list **out, std::vector<std::string> items) { *out = new ovb_list{std::move(items)}; }

ov::AnyMap properties_of(const ovb_property *properties, size_t count);
std::string text_of(const ov::Any &value);

void describe(ovb_port *out, const ov::element::Type &type, const ov::PartialShape &shape);
ov::PartialShape shape_of(const ovb_port &port);
std::vector<std::string> names_of(const ov::Output<const ov::Node> &port);
std::vector<std::string> operations_of(const ov::Model &model);

void fill_core(ovb_table &table);
void fill_model(ovb_table &table);
void fill_transformations(ovb_table &table);
void fill_merged_projections(ovb_table &table);
void fill_paged_import(ovb_table &table);
void fill_placed_weights(ovb_table &table);
void fill_compiled(ovb_table &table);
void fill_request(ovb_table &table);
void fill_tensor(ovb_table &table);

}  // namespace bridge
