import Foundation
import Stimuli
import Testing

@Suite("Damaged files of target boxes")
struct TargetBoxesFuzzTests {
  @Test("are read or refused")
  func damaged() throws {
    let texts = [
      "file,xmin,ymin,xmax,ymax\na.jpg,1,2,3,4.5\n\"b, c.jpg\",0,0,9,9\n",
      "val_0.JPEG\tn03444034\t0\t32\t44\t62\nval_1.JPEG\tn04067472\t52\t55\t57\t59\n",
    ]
    let inserts = Array("\",\t\n\r.-e19nai\u{FEFF}\0".utf8)
    var random = SplitMix64(seed: 4, name: "boxes")
    func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
    let seconds = ProcessInfo.processInfo.environment["SK_FUZZ_SECONDS"].flatMap(Double.init)
    let end = Date(timeIntervalSinceNow: seconds ?? 0)
    var count = 0
    while count < 3000 || (seconds != nil && Date() < end) {
      count += 1
      var bytes = Array(texts[below(texts.count)].utf8)
      for _ in 0...below(6) {
        let at = below(bytes.count)
        switch below(3) {
        case 0: bytes[at] = UInt8(below(256))
        case 1: bytes.insert(inserts[below(inserts.count)], at: at)
        default: if bytes.count > 1 { bytes.remove(at: at) }
        }
      }
      do throws(StimulusError) {
        let boxes = try TargetBoxes(
          parsing: String(decoding: bytes, as: UTF8.self), path: "boxes.csv")
        #expect(boxes.count <= 8)
      } catch {
        #expect(error.description.hasPrefix("boxes.csv:"))
        #expect(!error.description.contains { $0.isNewline })
      }
    }
  }
}
