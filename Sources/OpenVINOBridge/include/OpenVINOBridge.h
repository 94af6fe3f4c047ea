// The one function that the library offers; Swift finds it by name, with dlsym.
#ifndef OVEN_OPENVINO_BRIDGE_H
#define OVEN_OPENVINO_BRIDGE_H

#include "COpenVINO.h"

#ifdef __cplusplus
extern "C"
#endif
__attribute__((visibility("default"))) const ovb_table *_Nullable oven_openvino_table(uint32_t version);

#endif
