// The library's one exported symbol, its lists and its errors.
#include "Handles.hpp"
#include "OpenVINOBridge.h"

namespace bridge {

namespace {
thread_local std::string message;
}

void remember(const char *text) noexcept {
  try {
    message = text;
    // "Exception from src/inference/src/cpp/core.cpp:109:" says nothing to a user.
    while (message.rfind("Exception from ", 0) == 0 || message.rfind("Check '", 0) == 0) {
      const auto end = message.find('\n');
      if (end == std::string::npos || message.find_first_not_of(" \n", end) == std::string::npos) break;
      message.erase(0, end + 1);
    }
    while (!message.empty() && (message.back() == '\n' || message.back() == ' ')) message.pop_back();
  } catch (...) {
    message.clear();
  }
}

const char *last_error() { return message.c_str(); }

namespace {

ovb_table make_table() {
  ovb_table table{};
  table.version = OVB_TABLE_VERSION;
  table.last_error = last_error;
  table.list_count = [](const ovb_list *list) { return list->items.size(); };
  table.list_item = [](const ovb_list *list, size_t index) {
    return index < list->items.size() ? list->items[index].c_str() : "";
  };
  table.list_release = [](ovb_list *list) { delete list; };
  fill_core(table);
  fill_model(table);
  fill_transformations(table);
  fill_merged_projections(table);
  fill_paged_import(table);
  fill_placed_weights(table);
  fill_compiled(table);
  fill_request(table);
  fill_tensor(table);
  return table;
}

}  // namespace
}  // namespace bridge

const ovb_table *oven_openvino_table(uint32_t version) {
  if (version != OVB_TABLE_VERSION) return nullptr;
  static const ovb_table table = bridge::make_table();
  return &table;
}
