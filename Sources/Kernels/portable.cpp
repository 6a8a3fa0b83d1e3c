// The kernels for any processor: eight lanes in whatever vectors the compiler's default target has.
#include "variants.h"

// Every function that takes or returns a vector is inlined, so that no calling convention is involved.
#pragma clang diagnostic ignored "-Wpsabi"

namespace {
#define SK_LANES 8
#define SK_REGISTERS 8
#define SK_BF16 0
#define SK_PAIRS 0
#include "vector.h"
#include "copies.h"
#include "convolve.h"
#include "elementwise.h"
#include "input_gradient.h"
#include "weight_gradient.h"
#include "normalization.h"
#include "elementwise_gradients.h"
#include "table.h"
#include "gradients_table.h"
}  // namespace

const Variant sk_variant_portable = table;
const Gradients sk_gradients_portable = gradients;
