// Gradients of the select, of excitation and of the pools; the vectors of an optimiser.

static void dot_positions(
    int blocks, size_t positions, const void *first, const void *second, float *sums) {
  const element *a = (const element *)first, *b = (const element *)second;
  for (int block = 0; block < blocks; block++, sums += lanes) {
    vec sum[chains] = {};
    size_t i = 0;
    for (; i + chains <= positions; i += chains, a += chains * lanes, b += chains * lanes) {
      SK_UNROLL for (int k = 0; k < chains; k++) {
        sum[k] += load(a + k * lanes) * load(b + k * lanes);
      }
    }
    for (; i < positions; i++, a += lanes, b += lanes) sum[0] += load(a) * load(b);
    store(sums, load(sums) + total(sum));
  }
}

template <bool masked, bool accumulates>
static void scale_gradient_as(
    int blocks, size_t positions, const float *factor, const float *addend,
    const element *gradient, const element *rectified, element *output) {
  for (int b = 0; b < blocks; b++) {
    const size_t channel = (size_t)b * lanes, base = channel * positions;
    const vec a = factor ? load(factor + channel) : splat(1);
    const vec e = addend ? load(addend + channel) : vec{};
    for (size_t i = base; i < base + positions * lanes; i += lanes) {
      vec g = gradient ? load(gradient + i) * a + e : e;
      if constexpr (masked) g = where_positive(load(rectified + i), g);
      if constexpr (accumulates) g += load(output + i);
      store(output + i, g);
    }
  }
}

static void scale_gradient(
    int blocks, size_t positions, const float *factor, const float *addend, const void *gradient,
    const void *rectified, int accumulate, void *output) {
  const auto run = rectified
      ? (accumulate ? scale_gradient_as<true, true> : scale_gradient_as<true, false>)
      : (accumulate ? scale_gradient_as<false, true> : scale_gradient_as<false, false>);
  run(
      blocks, positions, factor, addend, (const element *)gradient, (const element *)rectified,
      (element *)output);
}

static void select_positions_gradient(
    int blocks, size_t positions, int count, int sigmoidal, const void *const *logits,
    const void *const *inputs, const void *gradient, float *const *logit_gradients,
    void *const *input_gradients) {
  for (size_t i = 0; i < (size_t)blocks * positions * lanes; i += lanes) {
    const vec g = load((const element *)gradient + i);
    vec largest = load(logits, 0, i), total = {}, joined = {};
    for (int m = 1; m < count; m++) largest = larger(largest, load(logits, m, i));
    for (int m = 0; m < count && !sigmoidal; m++) {
      const vec e = exponential(load(logits, m, i) - largest);
      total += e;
      joined += e * load(inputs, m, i);
    }
    for (int m = 0; m < count; m++) {
      const vec z = load(logits, m, i), x = load(inputs, m, i);
      const vec a = sigmoidal ? sigmoid(z) : exponential(z - largest) / total;
      store((element *)input_gradients[m] + i, a * g);
      store(logit_gradients[m] + i, a * g * (sigmoidal ? x * (1.0f - a) : x - joined / total));
    }
  }
}

static void unshuffle(
    int half, size_t positions, const void *first, const void *second, void *left, void *right) {
  const size_t plane = positions * lanes;
  for (int c = 0; c < (half + lanes - 1) / lanes * lanes; c++) {
    for (int side = 0; side < 2; side++) {
      const bool behind = second && 2 * c + side >= half;
      const int channel = 2 * c + side - (behind ? half : 0);
      const element *from =
          (const element *)(behind ? second : first) + channel / lanes * plane + channel % lanes;
      element *to = (element *)(side ? right : left) + c / lanes * plane + c % lanes;
      for (size_t i = 0; i < plane; i += lanes) to[i] = c < half ? from[i] : element();
    }
  }
}

static void max_pool_gradient(
    int blocks, int height, int width, int padding, int output_height, int output_width,
    const void *source, const void *output_gradient, void *input_gradient) {
  const element *input = (const element *)source, *gradient = (const element *)output_gradient;
  element *target = (element *)input_gradient;
  const size_t plane = (size_t)height * width * lanes;
  __builtin_memset(target, 0, blocks * plane * sizeof(element));
  for (int b = 0; b < blocks; b++, input += plane, target += plane) {
    for (int y = 0; y < output_height; y++) {
      const int top = 2 * y - padding < 0 ? 0 : 2 * y - padding;
      const int bottom = 2 * y - padding + 3 > height ? height : 2 * y - padding + 3;
      for (int x = 0; x < output_width; x++, gradient += lanes) {
        const int left = 2 * x - padding < 0 ? 0 : 2 * x - padding;
        const int right = 2 * x - padding + 3 > width ? width : 2 * x - padding + 3;
        const size_t first = ((size_t)top * width + left) * lanes;
        vec largest = load(input + first), winner = {}, tap = {};
        for (int row = top; row < bottom; row++) {
          for (int column = left; column < right; column++, tap += 1) {
            const vec v = load(input + ((size_t)row * width + column) * lanes);
            // What is not a number wins, as it does forwards.
            const auto wins = (v > largest) | (v != v);
            winner = wins ? tap : winner;
            largest = wins ? v : largest;
          }
        }
        const vec g = load(gradient);
        tap = vec{};
        for (int row = top; row < bottom; row++) {
          for (int column = left; column < right; column++, tap += 1) {
            element *at = target + ((size_t)row * width + column) * lanes;
            store(at, load(at) + (winner == tap ? g : vec{}));
          }
        }
      }
    }
  }
}

static void average_pool_gradient(
    int blocks, int height, int width, int side, int accumulate, const void *output_gradient,
    void *input_gradient) {
  const element *gradient = (const element *)output_gradient;
  element *target = (element *)input_gradient;
  for (int b = 0; b < blocks; b++, target += (size_t)height * width * lanes) {
    for (int top = 0; top < height; top += side) {
      const int bottom = top + side < height ? top + side : height;
      for (int left = 0; left < width; left += side, gradient += lanes) {
        const int right = left + side < width ? left + side : width;
        const vec share = load(gradient) * (1.0f / ((bottom - top) * (right - left)));
        for (int row = top; row < bottom; row++) {
          for (int column = left; column < right; column++) {
            element *at = target + ((size_t)row * width + column) * lanes;
            store(at, accumulate ? load(at) + share : share);
          }
        }
      }
    }
  }
}

static void widen(size_t count, const void *source, float *output) {
  const element *input = (const element *)source;
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) store(output + i, load(input + i));
  for (; i < count; i++) output[i] = widened(input[i]);
}

static void add_converted(size_t count, const float *values, void *target) {
  element *sum = (element *)target;
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) store(sum + i, load(sum + i) + load(values + i));
  for (; i < count; i++) sum[i] = rounded(widened(sum[i]) + values[i]);
}

static void add(size_t count, const float *values, float *sum) {
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) store(sum + i, load(sum + i) + load(values + i));
  for (; i < count; i++) sum[i] += values[i];
}

static void add_outer(
    int row_count, int column_count, const float *rows, const float *columns, float *matrix) {
  for (int r = 0; r < row_count; r++, matrix += column_count) {
    const vec factor = splat(rows[r]);
    int c = 0;
    for (; c + lanes <= column_count; c += lanes) {
      store(matrix + c, factor * load(columns + c) + load(matrix + c));
    }
    for (; c < column_count; c++) matrix[c] += rows[r] * columns[c];
  }
}

template <typename Number>
SK_INLINE void descend_one(
    float rate, float momentum, float decay, bool nesterov, Number gradient, Number &velocity,
    Number &weight) {
  const Number d = gradient + weight * decay;
  velocity = velocity * momentum + d;
  weight -= (nesterov ? velocity * momentum + d : velocity) * rate;
}

static void descend(
    size_t count, float rate, float momentum, float decay, int nesterov, const float *gradient,
    float *velocity, float *weights) {
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    vec v = load(velocity + i), w = load(weights + i);
    descend_one(rate, momentum, decay, nesterov, load(gradient + i), v, w);
    store(velocity + i, v);
    store(weights + i, w);
  }
  for (; i < count; i++) {
    descend_one(rate, momentum, decay, nesterov, gradient[i], velocity[i], weights[i]);
  }
}

static void average(size_t count, float keep, const float *values, float *target) {
  const float rest = 1 - keep;
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    store(target + i, load(target + i) * keep + load(values + i) * rest);
  }
  for (; i < count; i++) target[i] = target[i] * keep + values[i] * rest;
}
