#define OVEN_TABLE oven_kernels_portable
#define OVEN_NAME "portable"
#include "KernelBody.h"
