import Pictures

/// Which columns of a table hold a photograph's name and its box.
struct BoxColumns {
  private enum Extent {
    /// The edges opposite to left and top.
    case edges(right: Int, bottom: Int)
    case sides(width: Int, height: Int)
    /// The same, about a centre that stands in place of left and top.
    case sidesAboutCenter(width: Int, height: Int)
  }

  let name: Int
  private let first: (x: Int, y: Int)
  private let extent: Extent

  /// `file,xmin,ymin,xmax,ymax`, as a table without a header has them.
  static let headless = BoxColumns(
    name: 0, first: (1, 2), extent: .edges(right: 3, bottom: 4))

  private init(name: Int, first: (x: Int, y: Int), extent: Extent) {
    self.name = name
    self.first = first
    self.extent = extent
  }

  /// Finds the columns by their names; nil if it is not clear what they hold.
  ///
  /// Where both edges and sides are there, the edges count: TensorFlow's tables name the picture's width
  /// and height besides.
  init?(header: [[UInt8]]) {
    let names = header.map(Self.plain)
    func column(_ choices: [String]) -> Int? {
      choices.lazy.compactMap { names.firstIndex(of: $0) }.first
    }
    let counts0 = names.contains("x0")
    let left = column(["xmin", "left", "minx", "x0"] + (counts0 ? [] : ["x1"]))
    let top = column(["ymin", "top", "miny", "y0"] + (counts0 ? [] : ["y1"]))
    let right = column(["xmax", "right", "maxx"] + (counts0 ? ["x1"] : ["x2"]))
    let bottom = column(["ymax", "bottom", "maxy"] + (counts0 ? ["y1"] : ["y2"]))
    let (width, height) = (column(["w", "width"]), column(["h", "height"]))
    guard let name = column(Self.photographNames) else { return nil }
    self.name = name
    if let left, let top, let right, let bottom {
      first = (left, top)
      extent = .edges(right: right, bottom: bottom)
    } else if let x = left ?? column(["x"]), let y = top ?? column(["y"]), let width, let height {
      first = (x, y)
      extent = .sides(width: width, height: height)
    } else if let x = column(["cx", "xcenter", "centerx", "xc"]),
      let y = column(["cy", "ycenter", "centery", "yc"]), let width, let height
    {
      first = (x, y)
      extent = .sidesAboutCenter(width: width, height: height)
    } else {
      return nil
    }
  }

  /// What the columns are called that may hold a photograph's name, the clearest first.
  private static let photographNames = [
    "filename", "file", "filepath", "path", "imagepath", "imagename", "imagefile",
    "imagefilename", "image", "imgname", "imgpath", "img", "imageid", "photograph", "photo",
    "picture", "name", "id",
  ]

  /// A column's name in small letters and digits alone, without `bbox` or `box` before it.
  private static func plain(_ name: [UInt8]) -> String {
    let text = String(decoding: name, as: UTF8.self).lowercased()
      .filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    for prefix in ["bbox", "box"] where text.hasPrefix(prefix) && text != prefix {
      return String(text.dropFirst(prefix.count))
    }
    return text
  }

  /// The columns of the four numbers, in the order in which a box needs them.
  var numbers: [Int] {
    switch extent {
    case .edges(let a, let b), .sides(let a, let b), .sidesAboutCenter(let a, let b):
      [first.x, first.y, a, b]
    }
  }

  /// The last column that is needed.
  var last: Int { max(name, numbers.max() ?? 0) }

  /// The box of four numbers in the order of `numbers`.
  func box(_ values: [Double]) -> Box {
    switch extent {
    case .edges:
      Box(left: values[0], top: values[1], right: values[2], bottom: values[3])
    case .sides:
      Box(
        left: values[0], top: values[1], right: values[0] + values[2],
        bottom: values[1] + values[3])
    case .sidesAboutCenter:
      Box(centerX: values[0], centerY: values[1], width: values[2], height: values[3])
    }
  }
}
