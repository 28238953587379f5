"""kinds.py - what a resource of Kubernetes may say, by the TypeScript types of its kind: keys that are none, that lack, values of another type."""
import os
import re

from checks import ROOT

HERE = os.path.join(ROOT, "tests", "deploy")
MODULES = os.path.join(HERE, "node_modules")
# Where the types of a group are; all others are Kubernetes' own.
FOLDERS = {
    "postgresql.cnpg.io": f"{MODULES}/@kubernetes-models/cloudnative-pg",
    "monitoring.coreos.com": f"{MODULES}/@kubernetes-models/prometheus-operator",
    "barmancloud.cnpg.io": f"{HERE}/types",
}
TOKEN = re.compile(r'"[^"]*"|[\w$]+|[{}\[\]<>|:;?,]')
PLAIN = {"string": str, "number": (int, float), "boolean": bool}


class Parser:
    """One type, of the tokens of a file: ("plain", name), ("text", value), ("list", type), ("either", types), ("object", {key: (required, type)}, type of
    any other key or None), ("name", name)."""

    def __init__(self, text):
        self.tokens, self.at = TOKEN.findall(text), 0

    def take(self, *wanted):
        token = self.tokens[self.at]
        if wanted and token not in wanted:
            raise ValueError(f"{token} where {wanted} was awaited")
        self.at += 1
        return token

    def type(self):
        either = [self.one()]
        while self.at < len(self.tokens) and self.tokens[self.at] == "|":
            self.take()
            either.append(self.one())
        return either[0] if len(either) == 1 else ("either", either)

    def one(self):
        token = self.take()
        if token == "{":
            return self.object()
        if token.startswith('"'):
            return "text", token[1:-1]
        if token in PLAIN:
            return "plain", token
        if token == "Array":
            self.take("<")
            inner = self.type()
            self.take(">")
            return "list", inner
        return "name", token

    def object(self):
        keys, other = {}, None
        while self.tokens[self.at] != "}":
            if self.tokens[self.at] == "[":
                for _ in range(5):  # [ key : string ]
                    self.take()
                self.take(":")
                other = self.type()
            else:
                key, required = self.take().strip('"'), True
                if self.take(":", "?") == "?":
                    self.take(":")
                    required = False
                keys[key] = required, self.type()
            self.take(";")
        self.take("}")
        return "object", keys, other


class Module:
    """One file: its types by name, and where those are that it has of others."""
    loaded = {}

    def __init__(self, path):
        self.path = path
        with open(f"{path}.d.ts", encoding="utf-8") as f:
            text = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
        self.elsewhere = {name.strip(): source for names, source in re.findall(r'^import \{([^}]*)\} from "([^"]+)"', text, re.M) for name in names.split(",")}
        self.also = {alias: name for names in re.findall(r"^export (?:type )?\{([^}]*)\}", text, re.M) for name, alias in re.findall(r"(\w+) as (\w+)", names)}
        self.types = {}
        for name, parents, body in re.findall(r"^export interface (\w+)(?: extends ([^{]*?))? (\{.*?^\})", text, re.M | re.S):
            self.types[name] = Parser(body).type()
            for parent in filter(None, (p.strip() for p in parents.split(","))):
                if parent != "TypeMeta":  # apiVersion and kind, which stand in each as well
                    self.types[name][1].update(self.find(parent)[1][1])
        for name, body in re.findall(r"^export type (\w+) = ([^;]*);", text, re.M):
            self.types[name] = Parser(body).type()

    @classmethod
    def of(cls, path):
        if path not in cls.loaded:
            cls.loaded[path] = cls(path)
        return cls.loaded[path]

    def find(self, name):
        """The module that has it, and the type."""
        if name in self.elsewhere:
            source = self.elsewhere[name].removesuffix(".js")
            folder = os.path.dirname(self.path) if source.startswith(".") else MODULES
            return Module.of(os.path.normpath(os.path.join(folder, source))).find(name)
        return self, self.types[self.also.get(name, name)]


def differs(module, kind, value, at):
    """What of value is not as its type says, each with its place."""
    if kind[0] == "name":
        return differs(*module.find(kind[1]), value, at)
    if kind[0] == "either":
        return [] if any(not differs(module, k, value, at) for k in kind[1]) else [f"{at}: {value!r} is none of what is possible"]
    if kind[0] == "text":
        return [] if value == kind[1] else [f"{at}: {value!r} is not {kind[1]!r}"]
    if kind[0] == "plain":
        return [] if isinstance(value, PLAIN[kind[1]]) and isinstance(value, bool) == (kind[1] == "boolean") else [f"{at}: {value!r} is no {kind[1]}"]
    if kind[0] == "list":
        if not isinstance(value, list):
            return [f"{at} is no list"]
        return [d for i, v in enumerate(value) for d in differs(module, kind[1], v, f"{at}[{i}]")]
    if not isinstance(value, dict):
        return [f"{at} is no object"]
    faults = [f"{at} lacks {key}" for key, (required, _) in kind[1].items() if required and key not in value]
    for key, inner in value.items():
        if key in kind[1]:
            faults += differs(module, kind[1][key][1], inner, f"{at}.{key}")
        elif kind[2]:
            faults += differs(module, kind[2], inner, f"{at}.{key}")
        else:
            faults.append(f"{at}.{key} is no key there")
    return faults


def faults(resource):
    """What a resource says that Kubernetes would not take or not heed."""
    group = resource["apiVersion"].rpartition("/")[0]
    path = os.path.join(FOLDERS.get(group, f"{MODULES}/kubernetes-models"), resource["apiVersion"], resource["kind"])
    if not os.path.exists(f"{path}.d.ts"):
        return [f"there is no kind {resource['apiVersion']} {resource['kind']}"]
    return differs(*Module.of(path).find("I" + resource["kind"]), resource, f"{resource['kind']} {resource['metadata']['name']}")
