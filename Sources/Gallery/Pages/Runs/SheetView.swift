import Recipe

/// The pictures of a run with several: a grid with its axes, which stay in sight, or one after the other.
enum SheetView {
    static func html(_ run: Run) -> HTML {
        guard case .variations(let plan) = run.work, let axes = plan.axes else {
            return tag("ol", .class("sheet-row")) {
                for (place, cell) in run.cells.enumerated() {
                    tag("li") {
                        picture(cell, place)
                        tag("p", .class("note")) { cell.label.onOneLine }
                    }
                }
            }
        }
        return tag(
            "div", .id("sheet"), .class("sheet"), Attribute("tabindex", "0"), .role("region"), .label("The grid")
        ) {
            tag("table") {
                tag("thead") {
                    tag("tr") {
                        tag("td") {}
                        for column in axes.columns {
                            tag("th", Attribute("scope", "col")) { column.onOneLine }
                        }
                    }
                }
                tag("tbody") {
                    for (number, row) in axes.rows.enumerated() {
                        tag("tr") {
                            tag("th", Attribute("scope", "row")) { row.onOneLine }
                            for (place, cell) in run.cells.enumerated().dropFirst(number * axes.columns.count)
                                .prefix(axes.columns.count)
                            {
                                tag("td") { picture(cell, place) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Its id names the place on the sheet, so a page that came anew keeps the focus there.
    private static func picture(_ cell: Run.Cell, _ place: Int) -> HTML {
        switch cell.state {
        case .waiting: tag("span", .class("empty")) { tag("span", .class("aside")) { "not made yet" } }
        case .failed(let why): tag("span", .class("empty misread")) { why.onOneLine }
        case .made(let image):
            tag(
                "a", Attribute("id", "place-\(place)"), .href(Address.image(image)),
                Attribute("data-zoom", ShownImage.original(image).text)
            ) {
                void(
                    "img", .src(.image(image, "thumbnail")), Attribute("alt", cell.label.onOneLine),
                    Attribute("loading", "lazy"))
            }
        }
    }
}
