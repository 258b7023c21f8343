import CXML

/// The properties of an XMP packet, under the usual prefixes of their namespaces.
///
/// Source: XMP specification part 1 (ISO 16684-1); IPTC Photo Metadata Standard 2025.1. Only properties
/// about an image's origin are kept.
enum XMP {
    private static let prefixes = [
        "http://purl.org/dc/elements/1.1/": "dc", "http://ns.adobe.com/xap/1.0/": "xmp",
        "http://ns.adobe.com/exif/1.0/": "exif", "http://ns.adobe.com/tiff/1.0/": "tiff",
        "http://ns.adobe.com/photoshop/1.0/": "photoshop",
        "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
        "http://ns.google.com/photos/1.0/image/": "google",
    ]
    private static let kept: Set<String> = [
        "dc:description", "dc:creator", "dc:title", "xmp:CreatorTool", "exif:UserComment", "tiff:ImageDescription",
        "tiff:Software", "tiff:Make", "tiff:Model", "photoshop:Credit", "Iptc4xmpExt:DigitalSourceType",
        "Iptc4xmpExt:DigImageGUID", "Iptc4xmpExt:AISystemUsed", "Iptc4xmpExt:AISystemVersionUsed",
        "Iptc4xmpExt:AIPromptInformation", "Iptc4xmpExt:AIPromptWriterName",
    ]

    static func read(_ packet: [UInt8], into metadata: inout Metadata) {
        guard packet.count <= 16 << 20 else {
            return metadata.leave("an XMP packet", bytes: packet.count)
        }
        var open: [String?] = []
        let isWhole = XML.forEach(in: packet) { event in
            switch event {
            case .start(let namespace, let name, let attributes):
                open.append(key(namespace, name))
                for attribute in attributes {
                    if let key = key(attribute.namespace, attribute.name) {
                        metadata.add(key, Array(attribute.value.utf8))
                    }
                }
            case .end: _ = open.popLast()
            case .text(let text):
                // A value is the property's text, or the items of a list in the property.
                guard let key = open.reversed().first(giving: { $0 }) else { return }
                let trimmed = text.trimmingBlanks
                if !trimmed.isEmpty { metadata.add(key, Array(trimmed.utf8)) }
            }
        }
        if !isWhole { metadata.note("an XMP packet is broken") }
    }

    private static func key(_ namespace: String?, _ name: String) -> String? {
        guard let prefix = namespace.flatMap({ prefixes[$0] }) else { return nil }
        let key = "\(prefix):\(name)"
        return kept.contains(key) ? key : nil
    }
}

/// XML as a sequence of events, read by libxml2, which here fetches nothing and expands no entity.
enum XML {
    struct Attribute {
        let namespace: String?
        let name: String
        let value: String
    }

    enum Event {
        case start(namespace: String?, name: String, attributes: [Attribute])
        case end
        case text(String)
    }

    /// The largest number of elements and texts.
    private static let limit = 100_000

    /// False if the document is broken or exceeds the limit; the events before that were delivered.
    static func forEach(in bytes: [UInt8], _ body: (Event) -> Void) -> Bool {
        bytes.withUnsafeBytes { buffer in
            guard let start = buffer.bindMemory(to: CChar.self).baseAddress, buffer.count <= Int32.max,
                let reader = reprofs_xml_reader(start, Int32(buffer.count))
            else { return false }
            defer { xmlFreeTextReader(reader) }
            for _ in 0..<limit {
                let status = xmlTextReaderRead(reader)
                guard status == 1 else { return status == 0 }
                switch UInt32(bitPattern: xmlTextReaderNodeType(reader)) {
                case XML_READER_TYPE_ELEMENT.rawValue: element(reader, body)
                case XML_READER_TYPE_END_ELEMENT.rawValue: body(.end)
                case XML_READER_TYPE_TEXT.rawValue, XML_READER_TYPE_CDATA.rawValue:
                    if let text = string(xmlTextReaderConstValue(reader)) { body(.text(text)) }
                default: break
                }
            }
            return false
        }
    }

    private static func element(_ reader: xmlTextReaderPtr, _ body: (Event) -> Void) {
        let namespace = string(xmlTextReaderConstNamespaceUri(reader))
        let name = string(xmlTextReaderConstLocalName(reader)) ?? ""
        let isEmpty = xmlTextReaderIsEmptyElement(reader) == 1
        var attributes: [Attribute] = []
        while xmlTextReaderMoveToNextAttribute(reader) == 1 {
            attributes.append(
                Attribute(
                    namespace: string(xmlTextReaderConstNamespaceUri(reader)),
                    name: string(xmlTextReaderConstLocalName(reader)) ?? "",
                    value: string(xmlTextReaderConstValue(reader)) ?? ""))
        }
        body(.start(namespace: namespace, name: name, attributes: attributes))
        if isEmpty { body(.end) }
    }

    private static func string(_ text: UnsafePointer<xmlChar>?) -> String? { text.map { String(cString: $0) } }
}

extension String {
    /// The text without blanks and line ends around it.
    var trimmingBlanks: String {
        let start = drop { $0.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}
