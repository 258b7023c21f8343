// libxml2's reader for XMP packets and SVG files.
#pragma once
#include <libxml/xmlversion.h>
// Debian's libxml2 has ICU's types in its headers, which clash with those that Foundation brings. None of them is used.
#undef LIBXML_ICU_ENABLED
#include <libxml/xmlreader.h>

static void reprofs_xml_silent(void *context, xmlErrorPtr error) { (void)context; (void)error; }

// No network, no external entities, no expansion of entities: a packet is text that anyone may have written.
static inline xmlTextReaderPtr reprofs_xml_reader(const char *bytes, int count) {
    xmlTextReaderPtr reader = xmlReaderForMemory(
        bytes, count, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_RECOVER);
    if (reader) xmlTextReaderSetStructuredErrorHandler(reader, (xmlStructuredErrorFunc)reprofs_xml_silent, NULL);
    return reader;
}
