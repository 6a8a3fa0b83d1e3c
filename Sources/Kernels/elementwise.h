// The select, the pools and the gate's small products over blocked activations.

static void select(
    int blocks, size_t positions, int count, const void *const *inputs, const float *weights,
    void *target) {
  element *output = (element *)target;
  const size_t plane = positions * lanes;
  for (int b = 0; b < blocks; b++) {
    const size_t base = b * plane;
    const float *a = weights + (size_t)b * lanes;
    const size_t next = (size_t)blocks * lanes;
    if (count == 2) {
      const vec a0 = load(a), a1 = load(a + next);
      const element *p = (const element *)inputs[0] + base;
      const element *q = (const element *)inputs[1] + base;
      for (size_t i = 0; i < plane; i += lanes) {
        store(output + base + i, a0 * load(p + i) + a1 * load(q + i));
      }
      continue;
    }
    for (size_t i = 0; i < plane; i += lanes) {
      vec sum = {};
      for (int m = 0; m < count; m++) {
        sum += load(a + m * next) * load((const element *)inputs[m] + base + i);
      }
      store(output + base + i, sum);
    }
  }
}

static void sum_positions(int blocks, size_t positions, const void *source, float *sums) {
  const element *input = (const element *)source;
  for (int b = 0; b < blocks; b++) {
    // Four partial sums: one chain of additions would wait for each.
    vec sum[4] = {};
    size_t i = 0;
    for (; i + 4 <= positions; i += 4, input += 4 * lanes) {
      SK_UNROLL for (int k = 0; k < 4; k++) sum[k] += load(input + k * lanes);
    }
    for (; i < positions; i++, input += lanes) sum[0] += load(input);
    store(sums, load(sums) + ((sum[0] + sum[1]) + (sum[2] + sum[3])));
    sums += lanes;
  }
}

static void scale_add_relu(
    int blocks, size_t positions, const float *scale, const void *source, void *target) {
  const element *input = (const element *)source;
  element *output = (element *)target;
  for (int b = 0; b < blocks; b++) {
    const vec s = load(scale + (size_t)b * lanes);
    for (size_t i = 0; i < positions; i++, input += lanes, output += lanes) {
      store(output, relu(s * load(input) + load(output)));
    }
  }
}

/// What a shuffle works on: one block of its output.
struct Turn {
  const element *left[2], *right[2];  // the blocks that hold a window's channels, from its first on
  element *output;
  size_t positions;
  lane_bits exists;                   // ones in the lanes that have a channel
};

/// Lanes in turn from two windows of lanes / 2 channels that begin at lane `start` of a block.
template <int start, int... l>
SK_INLINE void take_turns(const Turn &turn, Indices<l...>) {
  for (size_t i = 0; i < turn.positions * lanes; i += lanes) {
    raw_block mixed;
    if constexpr (start <= lanes / 2) {
      mixed = __builtin_shufflevector(
          load_raw(turn.left[0] + i), load_raw(turn.right[0] + i),
          (l % 2 * lanes + start + l / 2)...);
    } else {
      const raw_block left = __builtin_shufflevector(
          load_raw(turn.left[0] + i), load_raw(turn.left[1] + i), (start + l / 2)...);
      const raw_block right = __builtin_shufflevector(
          load_raw(turn.right[0] + i), load_raw(turn.right[1] + i), (start + l / 2)...);
      mixed = __builtin_shufflevector(left, right, (l % 2 * lanes + l)...);
    }
    store_raw(turn.output + i, (raw_block)((lane_bits)mixed & turn.exists));
  }
}

template <int start = 0>
static void take_turns(int at, const Turn &turn) {
  if (at == start) return take_turns<start>(turn, Lanes());
  if constexpr (start + 1 < lanes) take_turns<start + 1>(at, turn);
}

/// Channels [from, from + count) of the shuffled halves.
static void shuffle_part(
    int half, size_t positions, const element *left, const element *right, int from, int count,
    element *output) {
  const size_t plane = positions * lanes;
  const int last = (half - 1) / lanes;
  for (int c = 0; c < count; c += lanes, output += plane) {
    if (from % 2 == 0) {
      const int first = (from + c) / 2, block = first / lanes;
      const size_t here = block * plane, next = (block < last ? block + 1 : last) * plane;
      Turn turn = {
          {left + here, left + next}, {right + here, right + next}, output, positions, lane_bits{}};
      for (int l = 0; l < lanes; l++) turn.exists[l] = c + l < count ? -1 : 0;
      take_turns(first % lanes, turn);
      continue;
    }
    // Halves of an odd number of channels: no network of the catalogue has them.
    for (int l = 0; l < lanes; l++) {
      const int channel = (from + c + l) / 2;
      const element *source = ((from + c + l) % 2 ? right : left) + channel / lanes * plane + channel % lanes;
      for (size_t i = 0; i < plane; i += lanes) output[i + l] = c + l < count ? source[i] : element();
    }
  }
}

static void shuffle(
    int half, size_t positions, const void *left, const void *right, void *first, void *second) {
  const element *a = (const element *)left, *b = (const element *)right;
  shuffle_part(half, positions, a, b, 0, second ? half : 2 * half, (element *)first);
  if (second) shuffle_part(half, positions, a, b, half, half, (element *)second);
}

static void max_pool(
    int blocks, int height, int width, int padding, int output_height, int output_width,
    const void *source, void *target) {
  const element *input = (const element *)source;
  element *output = (element *)target;
  for (int b = 0; b < blocks; b++, input += (size_t)height * width * lanes) {
    for (int y = 0; y < output_height; y++) {
      const int top = 2 * y - padding < 0 ? 0 : 2 * y - padding;
      const int bottom = 2 * y - padding + 3 > height ? height : 2 * y - padding + 3;
      for (int x = 0; x < output_width; x++, output += lanes) {
        const int left = 2 * x - padding < 0 ? 0 : 2 * x - padding;
        const int right = 2 * x - padding + 3 > width ? width : 2 * x - padding + 3;
        vec m = load(input + ((size_t)top * width + left) * lanes);
        for (int row = top; row < bottom; row++) {
          for (int column = left; column < right; column++) {
            m = larger_or_nan(m, load(input + ((size_t)row * width + column) * lanes));
          }
        }
        store(output, m);
      }
    }
  }
}

static void average_pool(
    int blocks, int height, int width, int side, const void *source, void *target) {
  const element *input = (const element *)source;
  element *output = (element *)target;
  for (int b = 0; b < blocks; b++, input += (size_t)height * width * lanes) {
    for (int top = 0; top < height; top += side) {
      const int bottom = top + side < height ? top + side : height;
      for (int left = 0; left < width; left += side, output += lanes) {
        const int right = left + side < width ? left + side : width;
        vec sum = {};
        for (int row = top; row < bottom; row++) {
          for (int column = left; column < right; column++) {
            sum += load(input + ((size_t)row * width + column) * lanes);
          }
        }
        store(output, sum * (1.0f / ((bottom - top) * (right - left))));
      }
    }
  }
}

static void multiply(
    int rows, int columns, const float *matrix, const float *input, const float *bias, int rectify,
    float *output) {
  for (int r = 0; r < rows; r++, matrix += columns) {
    vec part[4] = {};
    int i = 0;
    for (; i + 4 * lanes <= columns; i += 4 * lanes) {
      SK_UNROLL for (int k = 0; k < 4; k++) {
        part[k] += load(matrix + i + k * lanes) * load(input + i + k * lanes);
      }
    }
    const vec all = (part[0] + part[1]) + (part[2] + part[3]);
    float sum = bias ? bias[r] : 0;
    for (int l = 0; l < lanes; l++) sum += all[l];
    for (; i < columns; i++) sum += matrix[i] * input[i];
    output[r] = rectify && sum < 0 ? 0 : sum;
  }
}

static void multiply_columns(
    int blocks, int columns, const float *matrix, const float *input, const float *bias,
    float *output) {
  const size_t row = (size_t)blocks * lanes;
  for (size_t r = 0; r < row; r += lanes) {
    vec part[2] = {bias ? load(bias + r) : vec{}, vec{}};
    int c = 0;
    for (; c + 2 <= columns; c += 2) {
      SK_UNROLL for (int k = 0; k < 2; k++) {
        part[k] += load(matrix + (c + k) * row + r) * splat(input[c + k]);
      }
    }
    if (c < columns) part[0] += load(matrix + c * row + r) * splat(input[c]);
    store(output + r, part[0] + part[1]);
  }
}

/// The exponential of numbers up to 0; below -87 it is that of -87, which is next to nothing. Of what is
/// not a number it is none either.
///
/// 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2]; the coefficients are Cephes' expf's.
SK_INLINE vec exponential(vec x) {
  typedef uint32_t uint_vec __attribute__((vector_size(4 * SK_LANES)));
  x = larger(vec{} - 87.0f, x);
  // Adding 1.5 x 2^23 rounds to an integer, which is then in the sum's lowest bits.
  const vec shifted = x * 1.44269504f + 12582912.0f;
  const vec n = shifted - 12582912.0f;
  // ln 2 in two parts, so that n times the first is exact.
  const vec r = x - n * 0.693359375f + n * 2.12194440e-4f;
  vec y = r * 1.9875691500e-4f + 1.3981999507e-3f;
  y = y * r + 8.3334519073e-3f;
  y = y * r + 4.1665795894e-2f;
  y = y * r + 1.6666665459e-1f;
  y = y * r + 5.0000001201e-1f;
  y = y * (r * r) + r + 1.0f;
  return y * (vec)(((uint_vec)shifted + 127) << 23);
}

/// 1 / (1 + e^-x), by the exponential of -|x| alone.
SK_INLINE vec sigmoid(vec x) {
  const vec e = exponential(x < vec{} ? x : -x);
  return (x < vec{} ? e : vec{} + 1.0f) / (e + 1.0f);
}

static void sigmoids(int blocks, float *values) {
  for (size_t i = 0; i < (size_t)blocks * lanes; i += lanes) {
    store(values + i, sigmoid(load(values + i)));
  }
}

SK_INLINE vec load(const void *const *maps, int m, size_t i) {
  return load((const element *)maps[m] + i);
}

static void select_positions(
    int blocks, size_t positions, int count, int sigmoidal, const void *const *logits,
    const void *const *inputs, void *target, float *sums) {
  const size_t plane = positions * lanes, row = (size_t)blocks * lanes;
  for (size_t b = 0; b < (size_t)blocks; b++) {
    for (int m = 0; m < count; m++) store(sums + m * row + b * lanes, vec{});
    for (size_t i = b * plane; i < (b + 1) * plane; i += lanes) {
      vec largest = load(logits, 0, i), total = {}, joined = {};
      for (int m = 1; m < count; m++) largest = larger(largest, load(logits, m, i));
      for (int m = 0; m < count && !sigmoidal; m++) total += exponential(load(logits, m, i) - largest);
      for (int m = 0; m < count; m++) {
        const vec a = sigmoidal ? sigmoid(load(logits, m, i)) : exponential(load(logits, m, i) - largest) / total;
        float *sum = sums + m * row + b * lanes;
        store(sum, load(sum) + a);
        joined += a * load(inputs, m, i);
      }
      store((element *)target + i, joined);
    }
  }
}

static void softmax(int blocks, int branches, float *values) {
  const size_t row = (size_t)blocks * lanes;
  for (size_t i = 0; i < row; i += lanes) {
    vec largest = load(values + i), total = {};
    for (int m = 1; m < branches; m++) largest = larger(largest, load(values + m * row + i));
    for (int m = 0; m < branches; m++) {
      const vec e = exponential(load(values + m * row + i) - largest);
      store(values + m * row + i, e);
      total += e;
    }
    for (int m = 0; m < branches; m++) {
      store(values + m * row + i, load(values + m * row + i) / total);
    }
  }
}

static void convert(size_t count, const float *input, void *output) {
  element *to = (element *)output;
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) store(to + i, load(input + i));
  for (; i < count; i++) to[i] = rounded(input[i]);
}

static void block(int channels, size_t positions, const float *input, void *output) {
  for (int c = 0; c < (channels + lanes - 1) / lanes * lanes; c++) {
    element *to = (element *)output + (size_t)(c / lanes) * positions * lanes + c % lanes;
    for (size_t i = 0; i < positions; i++) {
      to[i * lanes] = rounded(c < channels ? input[(size_t)c * positions + i] : 0);
    }
  }
}

static void unblock(int channels, size_t positions, const void *input, float *output) {
  for (int c = 0; c < channels; c++) {
    const element *from = (const element *)input + (size_t)(c / lanes) * positions * lanes + c % lanes;
    for (size_t i = 0; i < positions; i++) {
      output[(size_t)c * positions + i] = widened(from[i * lanes]);
    }
  }
}
