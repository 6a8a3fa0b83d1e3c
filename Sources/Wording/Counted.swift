/// `1 photograph`, `16 photographs`; `1 class`, `2 classes`, `1 branch`, `1 entry`.
///
/// - Parameters:
///   - count: How many.
///   - noun: One of them, in English with a regular plural.
/// - Returns: Number and noun.
package func counted(_ count: some BinaryInteger, _ noun: String) -> String {
  "\(count) \(count == 1 ? noun : plural(noun))"
}

private func plural(_ noun: String) -> String {
  if noun.hasSuffix("epoch") { return noun + "s" }
  if noun.hasSuffix("s") || noun.hasSuffix("ch") || noun.hasSuffix("x") { return noun + "es" }
  let beforeY = noun.dropLast().last ?? "a"
  if noun.hasSuffix("y"), !"aeou".contains(beforeY) { return noun.dropLast() + "ies" }
  return noun + "s"
}
