import Files
import Pictures
import SystemPackage
import Wording

/// Where the target lies in each photograph, read from a file or folder of boxes as people have them.
///
/// A box's edges lie between pixels, from the upper left corner on: a whole picture of 64 × 64 is 0, 0, 64,
/// 64. Which of these forms a file has is told from its content, and with it whether it names edges, or the
/// first and the last pixel, which is one less than the edge behind it:
///
/// | form | names |
/// |---|---|
/// | CSV or tab-separated, with a header in any order: a name and `xmin,ymin,xmax,ymax`, `left,top,right,bottom`, `x1,y1,x2,y2`, `x,y,w,h`, `left,top,width,height` or `cx,cy,w,h`; other columns are passed over | edges |
/// | CSV or tab-separated, without a header: `file,xmin,ymin,xmax,ymax` | edges |
/// | COCO's JSON: `bbox`, or where there is none the box of `segmentation`; crowds and empty boxes are passed over | edges |
/// | Kaggle's `LOC_*_solution.csv`: `ImageId,PredictionString` | pixels from 0 |
/// | Tiny ImageNet's `val_annotations.txt` and `n…_boxes.txt` | pixels from 0 |
/// | XML of ILSVRC, a file or a folder of them | pixels from 0 |
/// | XML of Pascal VOC or LabelImg, a file or a folder of them | pixels from 1 |
///
/// A box belongs to the photograph whose path ends in the name that the file gives, whole folders and all;
/// the longest such name counts. A name without a picture's extension fits any.
public struct TargetBoxes: Sendable, Equatable {
  private var boxes: [FilePath: Box]

  /// How many photographs have a box.
  public var count: Int { boxes.count }

  /// Reads the boxes of some photographs.
  ///
  /// - Parameters:
  ///   - path: A file of boxes, or a folder of XML files.
  ///   - photographs: Where the photographs lie.
  ///   - choice: What is taken of several boxes.
  /// - Throws: `StimulusError.boxes` for a file that cannot be read or is of no known form, with the first
  ///   line that makes no sense; for a name that fits several photographs; and if no photograph has a box.
  public init(
    contentsOf path: FilePath, photographs: [FilePath], choice: BoxChoice = .largest
  ) throws(StimulusError) {
    guard path.isFolder else {
      try self.init(
        parsing: try BoxFile.contents(path), path: path, photographs: photographs, choice: choice)
      return
    }
    try self.init(VOCFolder(path).boxes(of: photographs, choice: choice))
    guard !boxes.isEmpty else {
      throw .boxes(
        path: path.text, line: nil,
        reason: "holds no XML file named as one of \(counted(photographs.count, "photograph"))")
    }
  }

  private init(_ boxes: [FilePath: Box]) { self.boxes = boxes }

  /// Reads the boxes of photographs whose paths are text.
  ///
  /// - Throws: `StimulusError.boxes` as `init(contentsOf:photographs:choice:)`.
  public init(
    contentsOf path: String, photographs: [String], choice: BoxChoice = .largest
  ) throws(StimulusError) {
    try self.init(
      contentsOf: FilePath(path), photographs: photographs.map { FilePath($0) }, choice: choice)
  }

  /// Parses the content of a file of boxes; `path` stands for the file in errors.
  ///
  /// - Throws: `StimulusError.boxes` as `init(contentsOf:photographs:choice:)`.
  public init(
    parsing bytes: [UInt8], path: FilePath, photographs: [FilePath], choice: BoxChoice = .largest
  ) throws(StimulusError) {
    var matching = BoxMatching(photographs)
    try BoxFile.read(bytes, path: path, into: &matching)
    boxes = try matching.boxes(path: path.text, choice: choice)
  }

  /// The box of one of the photographs.
  public subscript(photograph: FilePath) -> Box? { boxes[photograph] }

  /// The box of one of the photographs, by its path as text.
  public subscript(photograph: String) -> Box? { self[FilePath(photograph)] }
}
