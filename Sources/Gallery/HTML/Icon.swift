/// Shapes that are drawn within the page, since it may load no pictures of the style from elsewhere.
enum Icon {
    private static func svg(_ shape: StaticString) -> HTML {
        tag(
            "svg", .class("icon"), Attribute("viewBox", "0 0 16 16"), Attribute("aria-hidden", "true"),
            Attribute("focusable", "false")
        ) { HTML(literal: shape) }
    }

    /// A full disc with a hook in it.
    static let reproduced = svg(
        "<circle cx=8 cy=8 r=7 fill=currentColor /><path class=cut d='M4.6 8.3 7 10.7l4.5-5' fill=none stroke-width=1.8 stroke-linecap=round stroke-linejoin=round />"
    )
    static let full = svg("<circle cx=8 cy=8 r=6 fill=currentColor />")
    /// A ring that is half full.
    static let approximate = svg(
        "<circle cx=8 cy=8 r=5.5 fill=none stroke=currentColor stroke-width=1.6 /><path d='M8 2.5a5.5 5.5 0 0 1 0 11z' fill=currentColor />"
    )
    /// A ring that is not closed.
    static let partial = svg(
        "<circle cx=8 cy=8 r=5.5 fill=none stroke=currentColor stroke-width=1.8 stroke-dasharray='4.2 2.7' />")
    static let film = svg(
        "<path d='M2 3h12v10H2z' fill=none stroke=currentColor stroke-width=1.5 /><path d='M6.5 5.5v5l4-2.5z' fill=currentColor />"
    )
    static let sound = svg(
        "<path d='M3 6v4h2.5L9 13V3L5.5 6z' fill=currentColor /><path d='M11 5.5a4 4 0 0 1 0 5' fill=none stroke=currentColor stroke-width=1.5 />"
    )
    static let pin = svg("<path d='M5 2h6l-1 5 2 2v1H8.7L8 15l-.7-5H4V9l2-2z' fill=currentColor />")
    static let search = svg(
        "<circle cx=7 cy=7 r=4.5 fill=none stroke=currentColor stroke-width=1.6 /><path d='m10.5 10.5 4 4' stroke=currentColor stroke-width=1.6 />"
    )
    static let stack = svg(
        "<path d='M5 2h9v9' fill=none stroke=currentColor stroke-width=1.5 /><path d='M2 5h9v9H2z' fill=currentColor />"
    )
}
