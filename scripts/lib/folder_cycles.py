#!/usr/bin/env python3
"""Finds cycles among the folders of a source tree: folders that use what others declare, and are used by them.

    folder_cycles.py ROOT [--edges] [--from FOLDER --to FOLDER]

ROOT is a directory whose folders are to be layers, such as Sources/Store. What a folder declares is its types, and the functions,
properties and cases in its types and extensions; only a name that one folder alone declares, and that the standard library and
the packages do not use for something else, says who uses whom. Comments and texts are not looked at. Files that lie in no folder
belong to nobody: everybody may use what they declare, and they may use everything. The folders beside ROOT are other modules;
a name that they declare too says nothing. Exit 1: there is a cycle; it is printed with the names that make it.

--edges prints every edge; --from and --to the names and files of one.
"""
import argparse, collections, os, re, sys

MODIFIERS = r"(?:(?:public|package|internal|private|fileprivate|open|final|static|class|mutating|nonmutating|override|lazy|weak|" \
    r"unowned|indirect|convenience|required|nonisolated|consuming|borrowing|private\(set\)|fileprivate\(set\)|internal\(set\)|" \
    r"package\(set\)|@\w+(?:\([^)]*\))?)\s+)*"
TYPE = re.compile(r"^\s*" + MODIFIERS + r"(?:struct|class|enum|protocol|actor|typealias|associatedtype)\s+(\w+)")
EXTENSION = re.compile(r"^\s*" + MODIFIERS + r"extension\s+([\w.]+)")
FUNCTION = re.compile(r"^\s*(" + MODIFIERS + r")func\s+(\w+)")
PROPERTY = re.compile(r"^\s*(" + MODIFIERS + r")(?:let|var)\s+(\w+)")
SEVERAL = re.compile(r",\s*(\w+)\s*(?=:)")
CASES = re.compile(r"^\s*" + MODIFIERS + r"case\s+(\w.*)")
# Names that say nothing, because other libraries have them as well: what follows a dot may be theirs.
COMMON = set("""
    add all allocate append appending apply arguments attributes begin blob body bytes changed close code commit configuration
    contains contents copy count counter created cursor data database date debugDescription decode description digest
    directory encode encoded end entries entry error errors executable exists extend extension fail failed fetch fetchAll
    fetchOne file files filter find finish first flush folder forEach format free group handler hasPrefix hasSuffix hash head
    header id identifier index info init insert instance isAlive isEmpty isValid items iterator join key keys kind last
    lastInsertedRowID length limit link list load lock lookup make map mark maximum message minimum mode model modified mount
    name names new next none now number of offset open options order owner parent parse path paths pid poll pool position
    prefix prepare previous print problem process progress publish push query rawValue read reader record reduce register
    release remove removeAll rename replace report reserve reset restart result rollback root row rows run save scan search
    seek send set shared size sort source space split start state status step stop store string suffix sync system table
    target text time timeout token tokens top total track transaction truncate type uint8 unlink unlock update upper url user
    users value values version view wait warning width window with write writer zero
    """.split())


def bare(text):
    """The text without comments and literals; what is interpolated stays. Lines keep their numbers."""
    out, place, count = [], 0, len(text)
    # Open literals: the quote, the number signs, and the depth of parentheses of an interpolation within it.
    stack = []

    def literal(quote, signs):
        nonlocal place
        """From inside a literal to its end, or to an interpolation."""
        while place < count:
            if text.startswith(quote + signs, place):
                place += len(quote + signs)
                out.append('""')
                return
            if text.startswith("\\" + signs + "(", place):
                place += len(signs) + 2
                stack.append([quote, signs, 1])
                out.append(" (")
                return
            if text[place] == "\\" and not signs:
                place += 1
            elif text[place] == "\n":
                out.append("\n")
            place += 1

    while place < count:
        if text.startswith("//", place):
            while place < count and text[place] != "\n":
                place += 1
        elif text.startswith("/*", place):
            depth = 1
            place += 2
            while place < count and depth:
                if text.startswith("/*", place):
                    depth, place = depth + 1, place + 2
                elif text.startswith("*/", place):
                    depth, place = depth - 1, place + 2
                else:
                    if text[place] == "\n":
                        out.append("\n")
                    place += 1
        elif match := re.compile(r'(#*)("""|")').match(text, place):
            place = match.end()
            literal(match[2], match[1])
        else:
            character = text[place]
            place += 1
            out.append(character)
            if stack and character in "()":
                stack[-1][2] += 1 if character == "(" else -1
                if not stack[-1][2]:
                    quote, signs, _ = stack.pop()
                    literal(quote, signs)
    return "".join(out)


def label(text, following):
    """The label of the first argument in what follows a function's name: empty where it has none."""
    text = re.sub(r"^\s*<[^(]*>", "", text).lstrip()
    inner = text[1:].strip() or following.strip()
    match = re.match(r"(\w+)(?:\s+\w+)?\s*:", inner)
    return "" if not match or match[1] == "_" else match[1]


class File:
    """What one file declares and uses. A member is what stands directly in a type or an extension; what stands deeper is local."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.lines = bare(file.read()).split("\n")
        self.path, self.types, self.members, self.globals = path, set(), set(), set()
        # The first labels of functions: another library's function of the same name has another one, as a rule.
        self.labels = collections.defaultdict(set)
        # Also what is private or local: here it means what is declared here.
        self.own = set(re.findall(r"\b(?:func|let|var|case|struct|class|enum|protocol|typealias)\s+(\w+)", "\n".join(self.lines)))
        for parameters in re.findall(r"\b(?:func|struct|class|enum|init)\b[^<(\n]*<([^>\n]*)>", "\n".join(self.lines)):
            self.own.update(re.findall(r"(?:^|,)\s*(?:let\s+|each\s+)?(\w+)", parameters))
        # At each depth of braces: whether it is the inside of a type.
        inside, opened = [], None
        for line, following in zip(self.lines, self.lines[1:] + [""]):
            is_top = not inside
            if is_top or inside[-1]:
                self.declare(line, is_top, following)
                # A whole type on one line.
                if (TYPE.match(line) or EXTENSION.match(line)) and (body := line.partition("{")[2]).strip():
                    self.declare(body, False)
            if TYPE.match(line) or EXTENSION.match(line):
                opened = True
            elif re.match(r"\s*" + MODIFIERS + r"(?:func|init|var|let|subscript|deinit|case)\b", line):
                opened = False
            for character in line:
                if character == "{":
                    inside.append(bool(opened))
                    opened = False
                elif character == "}" and inside:
                    inside.pop()

    def declare(self, line, is_top, following=""):
        hidden = r"\b(?:private|fileprivate)\s"
        if match := TYPE.match(line):
            if not re.search(hidden, line[:match.start(1)]):
                self.types.add(match[1])
        elif match := FUNCTION.match(line):
            if not re.search(hidden, match[1]) and "override" not in match[1]:
                (self.globals if is_top else self.members).add(match[2])
                self.labels[match[2]].add(label(line[match.end():], following))
        elif match := PROPERTY.match(line):
            if not re.search(hidden, match[1]):
                names = [match[2]] + SEVERAL.findall(line.partition("=")[0].partition("{")[0])
                (self.globals if is_top else self.members).update(names)
        elif match := CASES.match(line):
            # A pattern of a switch stands deeper, so this declares cases.
            depth, name = 0, ""
            for character in match[1] + ",":
                if character in "([<":
                    depth += 1
                elif character in ")]>":
                    depth -= 1
                elif character == "," and not depth:
                    word = re.match(r"\s*(\w+)", name)
                    if word:
                        self.members.add(word[1])
                    name = ""
                    continue
                if not depth:
                    name += character

    def uses(self, types, members, globals, labels):
        """Names of other files that occur, each with its first line."""
        found = {}
        # A local or a parameter of the same name is another thing; what is called on something is not.
        for number, line in enumerate(self.lines, 1):
            for match in re.finditer(r"(?<![\w.])([A-Za-z_]\w*)|\.\s*([A-Za-z_]\w*)", line):
                name = match[1] or match[2]
                after = line[match.end():].lstrip()
                if name in labels and after.startswith("("):
                    following = self.lines[number] if number < len(self.lines) else ""
                    if label(after, following) not in labels[name]:
                        continue
                if name in types and name[:1].isupper():
                    found.setdefault(name, number)
                elif match[2] and name in members:
                    found.setdefault(name, number)
                elif match[1] and name in globals and after.startswith("("):
                    found.setdefault(name, number)
                elif match[1] and name in members and after.startswith("(") and not re.search(r"\bfunc\s+$", line[:match.start()]):
                    # Called on self, as in an extension of somebody else's type.
                    found.setdefault(name, number)
        return found


class Folders:
    def __init__(self, root):
        self.files = collections.defaultdict(list)
        for top, _, names in os.walk(root):
            folder = os.path.relpath(top, root).split(os.sep)[0]
            for name in sorted(names):
                if name.endswith(".swift"):
                    self.files["" if folder == "." else folder].append(File(os.path.join(top, name)))
        declared = collections.defaultdict(set)
        # What other modules beside this one declare as well says nothing either.
        for top, _, names in os.walk(os.path.dirname(os.path.abspath(root))):
            if not (top + os.sep).startswith(os.path.abspath(root) + os.sep):
                for name in names:
                    if name.endswith(".swift"):
                        file = File(os.path.join(top, name))
                        for other in file.types | file.members | file.globals:
                            declared[other].add("")
        kinds = [collections.defaultdict(set) for _ in range(3)]
        for folder, files in self.files.items():
            for file in files:
                for kind, names in zip(kinds, (file.types, file.members, file.globals)):
                    for name in names:
                        declared[name].add(folder)
                        kind[name].add(folder)
        # In exactly one folder, and in none of what belongs to nobody.
        alone = {name: next(iter(folders)) for name, folders in declared.items() if len(folders) == 1 and folders != {""}}
        self.home = alone
        self.types, self.members, self.globals = (
            {name for name in kind if name in alone} for kind in kinds)
        self.members -= COMMON
        self.labels = collections.defaultdict(set)
        for file in (file for files in self.files.values() for file in files):
            for name, labels in file.labels.items():
                self.labels[name] |= labels
        # For each edge: the names that make it, with where each is used first in every file.
        self.edges = collections.defaultdict(lambda: collections.defaultdict(list))
        for folder, files in self.files.items():
            if not folder:
                continue
            for file in files:
                for name, line in file.uses(self.types, self.members, self.globals, self.labels).items():
                    home = self.home[name]
                    if home != folder and name not in file.own:
                        self.edges[folder, home][name].append((file.path, line))

    def graph(self):
        graph = {folder: set() for folder in self.files if folder}
        for user, used in self.edges:
            graph[user].add(used)
        return graph


def components(graph):
    """Tarjan's strongly connected components."""
    index, low, stack, on, found = {}, {}, [], set(), []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node), on.add(node)
        for other in sorted(graph[node]):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in on:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            part = []
            while part[-1:] != [node]:
                part.append(stack.pop()), on.discard(part[-1])
            found.append(sorted(part))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def shortest_cycles(graph, part):
    """For each edge within a component the shortest cycle that goes over it; each once."""
    seen = set()
    for user in part:
        for used in sorted(graph[user] & set(part)):
            ways, reached = collections.deque([[used]]), {used}
            while ways:
                way = ways.popleft()
                if way[-1] == user:
                    smallest = way.index(min(way))
                    turned = tuple(way[smallest:] + way[:smallest])
                    if turned not in seen:
                        seen.add(turned)
                        yield list(turned)
                    break
                for other in sorted(graph[way[-1]] & set(part) - reached):
                    reached.add(other), ways.append(way + [other])


def names(edge, limit=8):
    ordered = sorted(edge, key=lambda name: (-len(edge[name]), name))
    return ", ".join(ordered[:limit]) + (f" and {len(ordered) - limit} more" if len(ordered) > limit else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root")
    parser.add_argument("--edges", action="store_true")
    parser.add_argument("--from", dest="user")
    parser.add_argument("--to", dest="used")
    arguments = parser.parse_args()
    folders = Folders(arguments.root)
    graph = folders.graph()
    if arguments.edges or arguments.user or arguments.used:
        for (user, used), edge in sorted(folders.edges.items()):
            if arguments.user in (None, user) and arguments.used in (None, used):
                print(f"{user} -> {used}: {names(edge, 1000 if arguments.user else 8)}")
                if arguments.user and arguments.used:
                    for name, places in sorted(edge.items()):
                        for path, line in places:
                            print(f"  {name}: {os.path.relpath(path, arguments.root)}:{line}")
    cyclic = [part for part in components(graph) if len(part) > 1]
    for part in cyclic:
        print(f"These use one another: {', '.join(part)}")
        for cycle in sorted(shortest_cycles(graph, part), key=lambda cycle: (len(cycle), cycle)):
            print("  " + " -> ".join(cycle + cycle[:1]))
            for user, used in zip(cycle, cycle[1:] + cycle[:1]):
                print(f"    {user} -> {used}: {names(folders.edges[user, used])}")
    return 1 if cyclic else 0


if __name__ == "__main__":
    sys.exit(main())
