import CPNG

/// Many images on one sheet, each with a label.
package struct ContactSheet {
    /// The longest side of an image on the sheet. Pixels.
    private static let side = 384
    private static let gap = 12
    /// The height and the width of a label's dot. Pixels.
    private static let dot = 3
    private static let background: UInt8 = 24
    private static let ink: UInt8 = 230

    private struct Cell {
        let width: Int
        let height: Int
        let rgb: [UInt8]
        let lines: [String]
    }

    /// What the rows and the columns of a grid stand for.
    package struct Axes: Sendable {
        package let rows, columns: [String]

        package init(rows: [String], columns: [String]) {
            self.rows = rows
            self.columns = columns
        }
    }

    /// Letters of a row's label.
    private static let longestLabel = 24
    private static let narrowest = 240

    private var cells: [Int: Cell] = [:]

    package init() {}

    /// How many images are on it.
    package var count: Int { cells.count }

    /// Whether an image has this place.
    func hasImage(at place: Int) -> Bool { cells[place] != nil }

    /// Adds an image file at a place, counted row by row, or at the next place; false if its pixels cannot be decoded.
    @discardableResult
    package mutating func add(_ file: [UInt8], label: String, at place: Int? = nil) -> Bool {
        guard let (size, rgba) = PixelReader.rgba(file),
            let orientation = try? Container.read(MemorySource(file))?.orientation ?? .upright
        else { return false }
        let scale = max(1, Double(max(size.width, size.height)) / Double(Self.side))
        let stored = (width: max(1, Int(Double(size.width) / scale)), height: max(1, Int(Double(size.height) / scale)))
        let (width, height) = orientation.exchangesSides ? (stored.height, stored.width) : stored
        let letters = max(8, (max(width, Self.narrowest) - Self.dot) / ((SmallFont.width + 1) * Self.dot))
        cells[place ?? (cells.keys.max() ?? -1) + 1] = Cell(
            width: width, height: height,
            rgb: orientation.turned(
                Self.reduced(rgba, size, to: stored.width, stored.height), width: stored.width, height: stored.height,
                channels: 3),
            lines: Self.wrapped(label, letters))
        return true
    }

    /// The sheet as a PNG file, with this many images in a row, or with the rows of the grid; nil if there is no image.
    package func png(columns: Int? = nil, axes: Axes? = nil) -> [UInt8]? {
        guard let last = cells.keys.max() else { return nil }
        let count = last + 1
        let columns =
            axes?.columns.count ?? max(1, min(count, columns ?? Int(Double(count).squareRoot().rounded(.up))))
        let rows = max(axes?.rows.count ?? 0, (count + columns - 1) / columns)
        let line = (SmallFont.height + 2) * Self.dot
        let cellWidth = max(Self.narrowest, cells.values.map(\.width).max() ?? 0)
        let cellHeight =
            (cells.values.map(\.height).max() ?? 0) + line * (cells.values.map(\.lines.count).max() ?? 0) + 4
        let letter = (SmallFont.width + 1) * Self.dot
        let labels = axes?.rows.map { String($0.prefix(Self.longestLabel)) } ?? []
        let before = labels.isEmpty ? 0 : (labels.map(\.count).max() ?? 0) * letter + Self.gap
        let above = axes == nil ? 0 : line + Self.gap
        let width = before + columns * (cellWidth + Self.gap) + Self.gap
        let height = above + rows * (cellHeight + Self.gap) + Self.gap
        var canvas = [UInt8](repeating: Self.background, count: width * height * 3)
        for (number, text) in (axes?.columns ?? []).enumerated() {
            let place = before + Self.gap + number * (cellWidth + Self.gap)
            Self.write(String(text.prefix(cellWidth / letter)), at: (place, Self.gap), &canvas, width)
        }
        for (number, text) in labels.enumerated() {
            let place = above + Self.gap + number * (cellHeight + Self.gap)
            Self.write(text, at: (Self.gap, place), &canvas, width)
        }
        for (index, cell) in cells {
            let left = before + Self.gap + index % columns * (cellWidth + Self.gap)
            let top = above + Self.gap + index / columns * (cellHeight + Self.gap)
            for y in 0..<cell.height {
                let target = ((top + y) * width + left) * 3
                canvas.replaceSubrange(
                    target..<(target + cell.width * 3), with: cell.rgb[(y * cell.width * 3)...].prefix(cell.width * 3))
            }
            for (number, text) in cell.lines.enumerated() {
                Self.write(text, at: (left, top + cell.height + 4 + number * line), &canvas, width)
            }
        }
        return Self.encode(canvas, width: width, height: height)
    }

    private static func write(_ text: String, at place: (x: Int, y: Int), _ canvas: inout [UInt8], _ width: Int) {
        for (number, character) in text.enumerated() {
            for (column, bits) in SmallFont.columns(of: character).enumerated() {
                for row in 0..<SmallFont.height where bits >> row & 1 == 1 {
                    for dy in 0..<dot {
                        for dx in 0..<dot {
                            let x = place.x + (number * (SmallFont.width + 1) + column) * dot + dx
                            let y = place.y + row * dot + dy
                            for channel in 0..<3 { canvas[(y * width + x) * 3 + channel] = ink }
                        }
                    }
                }
            }
        }
    }

    /// Every pixel is the mean of those that it stands for, with the sheet's background where they are transparent.
    private static func reduced(_ rgba: [UInt8], _ size: PixelReader.Size, to width: Int, _ height: Int) -> [UInt8] {
        var rgb = [UInt8](repeating: 0, count: width * height * 3)
        for y in 0..<height {
            let rows = (y * size.height / height)..<max(y * size.height / height + 1, (y + 1) * size.height / height)
            for x in 0..<width {
                let columns = (x * size.width / width)..<max(x * size.width / width + 1, (x + 1) * size.width / width)
                var sums = (0, 0, 0)
                for row in rows {
                    for column in columns {
                        let start = (row * size.width + column) * 4
                        let alpha = Int(rgba[start + 3])
                        let rest = (255 - alpha) * Int(background)
                        sums.0 += (Int(rgba[start]) * alpha + rest) / 255
                        sums.1 += (Int(rgba[start + 1]) * alpha + rest) / 255
                        sums.2 += (Int(rgba[start + 2]) * alpha + rest) / 255
                    }
                }
                let count = rows.count * columns.count
                rgb[(y * width + x) * 3] = UInt8(sums.0 / count)
                rgb[(y * width + x) * 3 + 1] = UInt8(sums.1 / count)
                rgb[(y * width + x) * 3 + 2] = UInt8(sums.2 / count)
            }
        }
        return rgb
    }

    /// At most four lines, broken between words where it can be.
    private static func wrapped(_ text: String, _ letters: Int) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            var word = String(word)
            let last = lines[lines.count - 1]
            if !last.isEmpty, last.count + 1 + word.count <= letters {
                lines[lines.count - 1] = last + " " + word
                continue
            }
            if !last.isEmpty { lines.append("") }
            while word.count > letters {
                lines[lines.count - 1] = String(word.prefix(letters))
                lines.append("")
                word = String(word.dropFirst(letters))
            }
            lines[lines.count - 1] = word
        }
        return Array(lines.prefix(4))
    }

    private static func encode(_ rgb: [UInt8], width: Int, height: Int) -> [UInt8]? {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        image.width = png_uint_32(width)
        image.height = png_uint_32(height)
        image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
        var size = 0
        guard png_image_write_to_memory(&image, nil, &size, 0, rgb, 0, nil) != 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: size)
        guard png_image_write_to_memory(&image, &bytes, &size, 0, rgb, 0, nil) != 0 else { return nil }
        return Array(bytes.prefix(size))
    }
}
