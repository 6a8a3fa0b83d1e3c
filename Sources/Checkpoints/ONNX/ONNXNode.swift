import Foundation
import Networks

/// A node of an ONNX file with its attributes looked up by name.
struct ONNXNode {
  let type: String
  /// Names of its inputs; empty ones stand for none.
  let inputs: [String]
  let outputs: [String]
  /// What it is called in messages: its own name or its first result's.
  let name: String
  private let attributes: [String: ONNXAttributeProto]

  init(_ message: ONNXNodeProto) {
    let own = message.domain.isEmpty || message.domain == "ai.onnx"
    type = own ? message.opType : "\(message.domain).\(message.opType)"
    inputs = message.input
    outputs = message.output
    name = message.name.isEmpty ? message.output.first ?? message.opType : message.name
    attributes = Dictionary(
      message.attribute.prefix(64).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  func has(_ name: String) -> Bool { attributes[name] != nil }

  func integer(_ name: String, default value: Int) -> Int {
    attributes[name].map { Int($0.i) } ?? value
  }

  func integers(_ name: String) -> [Int]? { attributes[name].map { $0.ints.map { Int($0) } } }

  func number(_ name: String, default value: Float) -> Float { attributes[name]?.f ?? value }

  func numbers(_ name: String) -> [Float]? { attributes[name]?.floats }

  func text(_ name: String, default value: String) -> String {
    attributes[name].map { String(decoding: $0.s, as: UTF8.self) } ?? value
  }

  func tensor(_ name: String) -> ONNXTensorProto? { attributes[name]?.t }
}
