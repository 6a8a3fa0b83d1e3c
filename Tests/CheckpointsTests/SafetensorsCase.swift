import Testing

/// A file that is right or wrong by one rule of the format.
struct SafetensorsCase: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var file: SafetensorsBytes

  init(_ name: String, _ file: SafetensorsBytes) {
    testDescription = name
    self.file = file
  }

  init(_ name: String, _ header: String, data: Int = 0) {
    self.init(name, SafetensorsBytes(header, data: data))
  }

  private static let one = #""dtype":"F32","shape":[1],"data_offsets":[0,4]"#

  static let accepted: [SafetensorsCase] = [
    SafetensorsCase("one tensor", "{\"a\":{\(one)}}", data: 4),
    SafetensorsCase("no tensors", "{}"),
    SafetensorsCase("white space around the header", " \n\t\r{\"a\" : {\(one)} }  \n ", data: 4),
    SafetensorsCase("a scalar", #"{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}"#, data: 4),
    SafetensorsCase(
      "an empty tensor", #"{"a":{"dtype":"F32","shape":[3,0],"data_offsets":[0,0]}}"#),
    SafetensorsCase(
      "empty tensors between others",
      #"{"c":{"dtype":"U8","shape":[0],"data_offsets":[4,4]},"a":{"dtype":"F32","shape":[1],"#
        + #""data_offsets":[0,4]},"b":{"dtype":"U8","shape":[1],"data_offsets":[4,5]}}"#, data: 5),
    SafetensorsCase(
      "tensors in any order, unaligned",
      #"{"b":{"dtype":"F32","shape":[1],"data_offsets":[1,5]},"#
        + #""a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, data: 5),
    SafetensorsCase(
      "extra fields", "{\"a\":{\"x\":[1,{\"y\":null},-1.5e3,true,\"z\"],\(one),\"w\":{}}}", data: 4),
    SafetensorsCase("metadata of null", #"{"__metadata__":null}"#),
    SafetensorsCase(
      "metadata of texts", #"{"__metadata__":{"a":"\u00e9\ud83d\ude00\n\"","b":""}}"#),
    SafetensorsCase(
      "equal names, where the last wins",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[9],\"data_offsets\":[0,36]},\"a\":{\(one)}}", data: 4),
    SafetensorsCase("escapes in names", "{\"\\u0061\\/\":{\(one)}}", data: 4),
    SafetensorsCase("nesting of 127 levels", "{\"a\":{\"x\":\(nested(125)),\(one)}}", data: 4),
    SafetensorsCase("a name of no letters", "{\"\":{\(one)}}", data: 4),
  ]

  static let refused: [SafetensorsCase] = [
    SafetensorsCase("nothing", SafetensorsBytes(length: 0, "")),
    SafetensorsCase("a header of no bytes", SafetensorsBytes(length: 0, "", data: 8)),
    SafetensorsCase("a header past the file", SafetensorsBytes(length: 3, "{}")),
    SafetensorsCase("a header of 2^60 bytes", SafetensorsBytes(length: 1 << 60, "{}")),
    SafetensorsCase("a header of 2^64 − 1 bytes", SafetensorsBytes(length: .max, "{}")),
    SafetensorsCase("a header of 2^63 bytes", SafetensorsBytes(length: 1 << 63, "{}")),
    SafetensorsCase("an empty header", " "),
    SafetensorsCase("a list", "[]"),
    SafetensorsCase("text that is not JSON", "hello, I am a text file"),
    SafetensorsCase("an object without an end", "{\"a\":{\(one)}", data: 4),
    SafetensorsCase("a comma too many", "{\"a\":{\(one)},}", data: 4),
    SafetensorsCase("words behind the object", "{}x"),
    SafetensorsCase("two objects", "{}{}"),
    SafetensorsCase("padding with NUL", SafetensorsBytes(header: Array("{}".utf8) + [0, 0])),
    SafetensorsCase(
      "a byte order mark", SafetensorsBytes(header: [0xEF, 0xBB, 0xBF] + Array("{}".utf8))),
    SafetensorsCase(
      "UTF-8 that is not",
      SafetensorsBytes(
        header: Array("{\"__metadata__\":{\"a\":\"".utf8) + [0xC3, 0x28]
          + Array("\"}}".utf8))),
    SafetensorsCase("half of a surrogate pair", #"{"__metadata__":{"a":"\ud800"}}"#),
    SafetensorsCase("a pair with a blank inside", #"{"__metadata__":{"a":"\ud83d \ude00"}}"#),
    SafetensorsCase("a raw line break in a text", "{\"__metadata__\":{\"a\":\"\n\"}}"),
    SafetensorsCase("an unknown escape", #"{"__metadata__":{"a":"\x"}}"#),
    SafetensorsCase("a number in the metadata", #"{"__metadata__":{"a":1}}"#),
    SafetensorsCase("an object in the metadata", #"{"__metadata__":{"a":{}}}"#),
    SafetensorsCase("metadata twice", #"{"__metadata__":{},"__metadata__":{}}"#),
    SafetensorsCase("nesting of 128 levels", "{\"a\":{\"x\":\(nested(126)),\(one)}}", data: 4),
    SafetensorsCase(
      "nesting of 100,000 levels", "{\"a\":{\"x\":\(nested(100_000)),\(one)}}", data: 4),
    SafetensorsCase("a tensor that is a number", #"{"a":1}"#),
    SafetensorsCase(
      "a tensor without a type", #"{"a":{"shape":[1],"data_offsets":[0,4]}}"#, data: 4),
    SafetensorsCase(
      "a tensor without a shape", #"{"a":{"dtype":"F32","data_offsets":[0,4]}}"#, data: 4),
    SafetensorsCase("a tensor without offsets", #"{"a":{"dtype":"F32","shape":[1]}}"#),
    SafetensorsCase("a type twice", "{\"a\":{\"dtype\":\"F32\",\(one)}}", data: 4),
    SafetensorsCase(
      "an unknown type", #"{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}"#, data: 4),
    SafetensorsCase(
      "a negative extent", #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, data: 4),
    SafetensorsCase(
      "a fraction", #"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#, data: 4),
    SafetensorsCase(
      "an exponent", #"{"a":{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}}"#, data: 4),
    SafetensorsCase(
      "a leading zero", #"{"a":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}}"#, data: 4),
    SafetensorsCase(
      "an extent as text", #"{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}"#, data: 4),
    SafetensorsCase(
      "an extent of 2^70",
      #"{"a":{"dtype":"F32","shape":[1180591620717411303424],"data_offsets":[0,4]}}"#, data: 4),
    SafetensorsCase(
      "a product of 2^64",
      #"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#),
    SafetensorsCase(
      "an overflow hidden by a zero",
      #"{"a":{"dtype":"F32","shape":[4611686018427387904,4,0],"data_offsets":[0,0]}}"#),
    SafetensorsCase(
      "three offsets", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}"#, data: 4),
    SafetensorsCase(
      "an end before its begin", #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[4,3]}}"#, data: 4),
    SafetensorsCase(
      "a hole at the front", #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, data: 8),
    SafetensorsCase(
      "a hole between",
      "{\"a\":{\(one)},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}", data: 12),
    SafetensorsCase(
      "an overlap",
      "{\"a\":{\(one)},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}", data: 6),
    SafetensorsCase("two tensors on one place", "{\"a\":{\(one)},\"b\":{\(one)}}", data: 4),
    SafetensorsCase(
      "a shape too large for its bytes", #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
      data: 4),
    SafetensorsCase(
      "a shape too small for its bytes", #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,4]}}"#,
      data: 4),
    SafetensorsCase("data cut short", "{\"a\":{\(one)}}", data: 3),
    SafetensorsCase("bytes behind the last tensor", "{\"a\":{\(one)}}", data: 5),
    SafetensorsCase(
      "a shape of many extents and too few bytes",
      "{\"a\":{\"dtype\":\"U8\",\"shape\":[\(ones(10_000))],\"data_offsets\":[0,0]}}"),
    SafetensorsCase(
      "a long name on a wrong tensor",
      "{\"\(String(repeating: "n", count: 10_000))\":{\"dtype\":\"U8\",\"shape\":[1],"
        + "\"data_offsets\":[0,0]}}"),
    SafetensorsCase(
      "offsets past every file",
      #"{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}"#),
  ]

  private static func nested(_ levels: Int) -> String {
    String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
  }

  private static func ones(_ count: Int) -> String {
    Array(repeating: "1", count: count).joined(separator: ",")
  }
}
