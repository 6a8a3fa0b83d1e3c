import Foundation
import Pictures
import Randomness
import Stimuli
import Testing

@Suite("Damaged files of target boxes")
struct TargetBoxesFuzzTests {
  static let texts =
    [
      "file,xmin,ymin,xmax,ymax\na.jpg,1,2,3,4.5\n\"b, c.jpg\",0,0,9,9\n",
      "x,y,w,h,label,image\n1,2,3,4,\"a \"\"b\"\"\",a.jpg\n",
      "val_0.JPEG\tn03444034\t0\t32\t44\t62\nval_1.JPEG\tn04067472\t52\t55\t57\t59\n",
      "ImageId,PredictionString\na,n02119789 255 142 454 329 n02119789 44 21 322 295\n",
      AnnotationText.voc(database: "ILSVRC_2012", objects: AnnotationText.person),
    ]
    + AnnotationText.masks.map {
      "{\"images\": [{\"id\": 1, \"file_name\": \"a.jpg\"}], \"annotations\": ["
        + "{\"image_id\": 1, \"bbox\": [1, 2, 3, 4]}, {\"image_id\": 1, \"segmentation\": \($0)}]}"
    }

  @Test("are read or refused", arguments: texts)
  func damaged(text: String) throws {
    let inserts = Array("\",\t\n\r.-e19nai<>&/[]{}:\u{FEFF}\0".utf8)
    var random = SplitMix64(seed: 4, name: "boxes")
    func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
    let seconds = ProcessInfo.processInfo.environment["SK_FUZZ_SECONDS"].flatMap(Double.init)
    let end = Date(timeIntervalSinceNow: seconds ?? 0)
    var count = 0
    while count < 2000 || (seconds != nil && Date() < end) {
      count += 1
      var bytes = Array(text.utf8)
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
          parsing: bytes, path: "boxes.csv", photographs: ["a.jpg", "p/val_0.JPEG", "boxes.jpg"])
        #expect(boxes.count <= 3)
      } catch {
        #expect(error.description.hasPrefix("boxes.csv:"))
        #expect(!error.description.contains { $0.isNewline })
      }
    }
  }
}
