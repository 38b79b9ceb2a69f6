# SPDX-License-Identifier: Apache-2.0
"""A browser without JavaScript: keep-alive, cookies, forms, redirects. It stops at the first surprise.

It sends what a browser sends: the fields of the form in the order of the page with the values they hold, the
pressed button, and the headers of a navigation. It refuses to do what a person cannot do: fill a field that is
not on the page, choose a value that is not offered, type more than maxlength.
"""

import http.client
import time
import urllib.parse
from html.parser import HTMLParser

MOVED = (301, 302, 303, 307, 308)
USER_AGENT = "Mozilla/5.0 (replay; no script)"
TEXT_TYPES = {"text", "email", "tel", "number", "search", "url", "date", "month", "password"}


class Surprise(Exception):
    """The site did something that the person did not expect."""


class Control:
    def __init__(self, kind, name, attributes):
        self.kind = kind  # "text", "hidden", "radio", "checkbox", "select", "submit"
        self.name = name
        self.value = attributes.get("value") or ""
        self.checked = "checked" in attributes
        self.id = attributes.get("id")
        self.length = int(attributes["maxlength"]) if (attributes.get("maxlength") or "").isdigit() else None
        self.disabled = "disabled" in attributes
        self.options = []  # of a select
        self.label = ""


class Form:
    def __init__(self, attributes):
        self.method = (attributes.get("method") or "get").lower()
        self.action = attributes.get("action") or ""
        self.controls = []

    @property
    def names(self):
        return {control.name for control in self.controls if control.kind not in ("hidden", "submit")}

    @property
    def buttons(self):
        return [control.value for control in self.controls if control.kind == "submit"]

    def _named(self, name):
        found = [control for control in self.controls if control.name == name and not control.disabled
                 and control.kind != "submit"]
        if not found:
            raise Surprise(f"no field {name!r} on the page (there are {sorted(self.names)})")
        return found

    def values(self, name):
        """What the field holds: the values that would be sent, empty texts left out."""
        held = []
        for control in self._named(name):
            if control.kind not in ("radio", "checkbox") or control.checked:
                held += [control.value] if control.value else []
        return held

    def fill(self, name, value):
        """A text is typed, a radio or an option chosen, a list ticked (and nothing else)."""
        controls = self._named(name)
        kinds = {control.kind for control in controls}
        wanted = [str(item) for item in value] if isinstance(value, list) else [str(value)]
        if kinds == {"checkbox"} or kinds == {"radio"}:
            missing = set(wanted) - {control.value for control in controls}
            if missing:
                raise Surprise(f"{name}: {sorted(missing)} not offered")
            if kinds == {"radio"} and len(wanted) != 1:
                raise Surprise(f"{name}: one choice only")
            for control in controls:
                control.checked = control.value in wanted
            return
        if "radio" in kinds:  # suggestions beside a text: what is typed replaces a choice
            for control in controls:
                control.checked = False
            controls = [control for control in controls if control.kind not in ("radio", "checkbox")]
        if len(controls) != 1 or len(wanted) != 1 or isinstance(value, list):
            raise Surprise(f"{name}: {len(controls)} fields and {len(wanted)} values")
        control = controls[0]
        if control.kind == "select" and wanted[0] not in control.options:
            raise Surprise(f"{name}: {wanted[0]!r} not offered")
        if control.length is not None and len(wanted[0]) > control.length:
            raise Surprise(f"{name}: {len(wanted[0])} characters do not fit {control.length}")
        control.value = wanted[0]

    def clear(self):
        """Everything the person could have answered, emptied."""
        for control in self.controls:
            control.checked = False
            if control.kind == "text":
                control.value = ""
            elif control.kind == "select":
                control.value = control.options[0] if control.options else ""

    def sent(self, button=None):
        """The fields as they are posted when this button is pressed (None: the only one)."""
        if button is None and len(self.buttons) != 1:
            raise Surprise(f"one button expected, there are {self.buttons}")
        pairs, pressed = [], False
        for control in self.controls:
            if control.kind == "submit":
                if not pressed and not control.disabled and (button is None or control.value == button):
                    pressed = True
                    pairs += [(control.name, control.value)] if control.name else []
            elif control.name and not control.disabled and (
                    control.checked or control.kind not in ("radio", "checkbox")):
                pairs.append((control.name, control.value.replace("\r\n", "\n").replace("\n", "\r\n")))
        if not pressed:
            raise Surprise(f"no button {button!r} (there are {self.buttons})")
        return pairs


class Reader(HTMLParser):
    """What a person and a form need of a page."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.forms, self.ids, self.anchors, self.alerts = [], {}, [], []
        self.form = self.select = self.textarea = self.option = None
        self.open = []  # (tag, the text list it collects into or None)
        self.labels = {}
        self.heading = ""

    VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        text = None
        if "id" in attributes:
            if attributes["id"] in self.ids:
                raise Surprise(f"id {attributes['id']!r} is on the page twice")
            text = self.ids[attributes["id"]] = []
        if attributes.get("role") == "alert":
            text = [] if text is None else text
            self.alerts.append(text)
        if tag == "h1":
            text = [] if text is None else text
            self.labels["h1"] = text
        if tag == "a" and (attributes.get("href") or "").startswith("#"):
            self.anchors.append(attributes["href"][1:])
        if tag == "form":
            if self.form is not None:
                raise Surprise("a form inside a form")
            self.form = Form(attributes)
            self.forms.append(self.form)
        elif self.form is not None:
            text = self._control(tag, attributes, text)
        if tag not in self.VOID:
            self.open.append((tag, text))

    def _control(self, tag, attributes, text):
        name = attributes.get("name")
        if tag == "input":
            kind = (attributes.get("type") or "text").lower()
            if kind in TEXT_TYPES:
                kind = "text"
            elif kind not in ("hidden", "radio", "checkbox", "submit"):
                raise Surprise(f"an input of type {kind!r}")
            elif kind in ("radio", "checkbox") and "value" not in attributes:
                attributes["value"] = "on"
            self.form.controls.append(Control(kind, name, attributes))
        elif tag == "button" and (attributes.get("type") or "submit") == "submit":
            self.form.controls.append(Control("submit", name, attributes))
        elif tag == "textarea":
            self.textarea = Control("text", name, attributes)
            self.form.controls.append(self.textarea)
            text = [] if text is None else text
        elif tag == "select":
            self.select = Control("select", name, attributes)
            self.select.value = None
            self.form.controls.append(self.select)
        elif tag == "option" and self.select is not None:
            self.select.options.append(attributes.get("value") or "")
            if "selected" in attributes or self.select.value is None:
                self.select.value = attributes.get("value") or ""
        return text

    def handle_endtag(self, tag):
        while self.open:
            name, text = self.open.pop()
            if name == tag:
                break
        else:
            raise Surprise(f"</{tag}> closes nothing")
        if tag == "form":
            self.form = None
        elif tag == "textarea" and self.textarea is not None:
            value = "".join(text)
            self.textarea.value = value[1:] if value.startswith("\n") else value
            self.textarea = None
        elif tag == "select":
            self.select = None

    def handle_data(self, data):
        for _, text in self.open:
            if text is not None:
                text.append(data)


class Page:
    def __init__(self, path, response, body):
        self.path = path
        self.status = response.status
        self.headers = response.headers
        self.body = body
        reader = Reader()
        if (response.headers.get_content_type()) == "text/html":
            reader.feed(body.decode("utf-8"))
            reader.close()
        self.forms = reader.forms
        self.anchors = reader.anchors
        self.alerts = [" ".join("".join(text).split()) for text in reader.alerts]
        self.heading = " ".join("".join(reader.labels.get("h1", [])).split())
        self._ids = reader.ids

    def __str__(self):
        return f"{self.path} ({self.status}, « {self.heading} »{''.join(', alert: ' + a for a in self.alerts)})"

    def text(self, identifier):
        """The text of the element with this id, or None."""
        found = self._ids.get(identifier)
        return None if found is None else " ".join("".join(found).split())

    def has(self, identifier):
        return identifier in self._ids

    def form(self):
        """The one form to post."""
        posts = [form for form in self.forms if form.method == "post"]
        if len(posts) != 1:
            raise Surprise(f"one form expected on {self}, there are {len(posts)}")
        return posts[0]


def connection_to(origin, timeout=60):
    parts = urllib.parse.urlsplit(origin)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"not the address of a site: {origin!r}")
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return make(parts.hostname, parts.port, timeout=timeout)


class Browser:
    """One connection that is kept; forget() makes it the browser of somebody else."""

    def __init__(self, origin, timeout=60):
        self.connection = connection_to(origin, timeout)
        parts = urllib.parse.urlsplit(origin)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.cookies = {}
        self.requests = 0
        self.connections = 0

    def forget(self):
        self.cookies.clear()

    def close(self):
        self.connection.close()

    def path_of(self, address, base="/"):
        """The path of an address of this site; of another site, a surprise."""
        whole = urllib.parse.urljoin(self.origin + base, address)
        if not whole.startswith(self.origin + "/"):
            raise Surprise(f"the site leads elsewhere: {address!r}")
        return whole[len(self.origin):].partition("#")[0]

    def _exchange(self, method, path, body, headers):
        """A dropped idle connection is opened again once, as a browser does; a fresh one that fails is an error."""
        for attempt in (1, 2):
            fresh = self.connection.sock is None
            self.connections += fresh
            try:
                self.connection.request(method, path, body, headers)
                response = self.connection.getresponse()
                return response, response.read()
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self.connection.close()
                if fresh or attempt == 2:
                    raise
        raise AssertionError

    def request(self, method, path, pairs=None, sender=None):
        headers = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                   "Accept-Language": "fr,fr-FR;q=0.8", "User-Agent": USER_AGENT,
                   "Upgrade-Insecure-Requests": "1", "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate",
                   "Sec-Fetch-User": "?1", "Sec-Fetch-Site": "same-origin" if sender else "none"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if pairs is not None:
            body = urllib.parse.urlencode(pairs, encoding="utf-8").encode("ascii")
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            # Fetch standard: under « no-referrer » a posted form names no origin.
            silent = sender is not None and sender.headers.get("Referrer-Policy") == "no-referrer"
            headers["Origin"] = "null" if silent else self.origin
        response, content = self._exchange(method, path, body, headers)
        self.requests += 1
        self._keep_cookies(response)
        page = Page(path, response, content)
        page.moved_to = response.headers.get("Location")
        return page

    def _keep_cookies(self, response):
        for line in response.headers.get_all("Set-Cookie") or []:
            pair, *attributes = line.split(";")
            name, _, value = pair.strip().partition("=")
            gone = any(a.strip().lower().replace(" ", "") == "max-age=0" for a in attributes)
            if gone or not value:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value

    def get(self, path, expect=200, sender=None):
        page = self.request("GET", self.path_of(path), sender=sender)
        if page.status != expect:
            raise Surprise(f"GET answered {page}, {expect} expected")
        return page

    def post_twice(self, page, button):
        """A double click: the second request leaves with the cookies of the first. Gives the page after each."""
        before = dict(self.cookies)
        first = self.post(page, button)
        self.cookies = before
        return first, self.post(page, button)

    def post(self, page, button=None, expect=200):
        """Presses a button of the page's form and follows to the page it leads to, which answers `expect`."""
        form = page.form()
        answer = self.request("POST", self.path_of(form.action, page.path), form.sent(button), sender=page)
        if answer.status != 303 or not answer.moved_to:
            raise Surprise(f"POST answered {answer}, 303 with a Location expected")
        return self.get(self.path_of(answer.moved_to, answer.path), expect, sender=page)


def await_edition(origin, link, seconds=90):
    """Until a personal link leads to its first page: the processes see by themselves that an edition was opened."""
    limit = time.monotonic() + seconds
    while True:
        browser = Browser(origin)
        try:
            page = browser.request("GET", link)
            if page.status == 200 and any(form.action == "/start" for form in page.forms):
                return
            state = str(page)
        except OSError as error:
            state = str(error)
        finally:
            browser.close()
        if time.monotonic() > limit:
            raise Surprise(f"the site does not show the edition after {seconds} s: {state}")
        time.sleep(0.2)
