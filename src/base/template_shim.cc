/* SPDX-License-Identifier: Apache-2.0 */
/* The only door to ctemplate: JSON tree -> dictionary -> page. The rules are in template.h. */
#include <cstring>
#include <ctemplate/template.h>
#include <ctemplate/template_cache.h>
#include <ctemplate/template_dictionary.h>
#include <iostream>
#include <new>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>

#include "base_private.h"

using ctemplate::TemplateDictionary;
using ctemplate::TemplateString;

namespace {

// Deep enough for any page, shallow enough for the stack.
constexpr int max_depth = 32;

struct Store {
	ctemplate::TemplateCache cache;
	std::set<std::string> names; // the cache would look for others on the disk
};

Store &store()
{
	static Store *const one =
		new Store; // never destroyed: pages may be asked for at exit
	return *one;
}

// ctemplate reports on std::cerr; while this stands, into a string.
class Hush {
public:
	Hush() : before_(std::cerr.rdbuf(text_.rdbuf()))
	{
	}
	~Hush()
	{
		std::cerr.rdbuf(before_);
	}
	Hush(const Hush &) = delete;
	Hush &operator=(const Hush &) = delete;
	std::string text() const
	{
		return text_.str();
	}

private:
	std::ostringstream text_;
	std::streambuf *before_;
};

void put_reason(shim_reason *reason, std::string text)
{
	for (char &c : text) {
		if (c == '\n' || c == '\r' || c == '\t')
			c = ' ';
	}
	while (!text.empty() && text.back() == ' ')
		text.pop_back();
	if (text.empty())
		text = "cannot be used";
	const size_t n = text.copy(reason->text, sizeof(reason->text) - 1);
	reason->text[n] = '\0';
}

void check_name(const std::string &name)
{
	const bool plain = !name.empty() &&
		name.find_first_not_of(
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ==
			std::string::npos;
	if (!plain)
		throw std::invalid_argument(
			"a name with other characters than A-Z, a-z, 0-9 and _");
}

void fill(TemplateDictionary *dict, const json_t *object, int depth);

// An object of an array or under a name: a section, or an included template when it says so.
void add_object(
	TemplateDictionary *dict, const std::string &key, const json_t *object, int depth)
{
	if (!json_is_object(object))
		throw std::invalid_argument(
			"\"" + key + "\" is an array of something else than objects");
	const json_t *file = json_object_get(object, "_template");
	if (file == nullptr) {
		fill(dict->AddSectionDictionary(key), object, depth + 1);
		return;
	}
	const std::string name = json_is_string(file) ? json_string_value(file) : "";
	if (store().names.count(name) == 0)
		throw std::invalid_argument(
			"\"" + key + "\" includes \"" + name + "\", which is not loaded");
	TemplateDictionary *included = dict->AddIncludeDictionary(key);
	included->SetFilename(name);
	fill(included, object, depth + 1);
}

void add_value(
	TemplateDictionary *dict, const std::string &key, const json_t *value, int depth)
{
	bool present = false; // shows HAS_key, else NOT_key
	switch (json_typeof(value)) {
	case JSON_STRING:
		dict->SetValue(key,
			TemplateString(
				json_string_value(value), json_string_length(value)));
		present = json_string_length(value) > 0;
		break;
	case JSON_INTEGER:
		dict->SetValue(key, std::to_string(json_integer_value(value)));
		present = true;
		break;
	case JSON_TRUE:
		dict->ShowSection(key);
		present = true;
		break;
	case JSON_FALSE:
	case JSON_NULL:
		break;
	case JSON_OBJECT:
		add_object(dict, key, value, depth);
		present = true;
		break;
	case JSON_ARRAY:
		for (size_t i = 0; i < json_array_size(value); i++)
			add_object(dict, key, json_array_get(value, i), depth);
		present = json_array_size(value) > 0;
		break;
	case JSON_REAL:
		throw std::invalid_argument(
			"\"" + key + "\" is a real number: pass it as text");
	}
	dict->ShowSection((present ? "HAS_" : "NOT_") + key);
}

void fill(TemplateDictionary *dict, const json_t *object, int depth)
{
	if (depth > max_depth)
		throw std::invalid_argument("data nested too deeply");
	// jansson iterates without changing the object, but asks for one it could change.
	json_t *o = const_cast<json_t *>(object);
	for (void *at = json_object_iter(o); at != nullptr;
		at = json_object_iter_next(o, at)) {
		const std::string key = json_object_iter_key(at);
		if (key == "_template")
			continue;
		check_name(key);
		add_value(dict, key, json_object_iter_value(at), depth);
	}
}

} // namespace

bool shim_has(const char *name)
{
	try {
		return store().names.count(name) > 0;
	} catch (...) {
		return false;
	}
}

bool shim_put(const char *name, const char *text, size_t n, shim_reason *reason)
{
	try {
		Hush hush;
		if (!store().cache.StringToTemplateCache(
			    name, TemplateString(text, n), ctemplate::DO_NOT_STRIP)) {
			put_reason(reason, hush.text());
			return false;
		}
		store().names.insert(name);
		return true;
	} catch (const std::exception &e) {
		put_reason(reason, e.what());
		return false;
	} catch (...) {
		put_reason(reason, "");
		return false;
	}
}

bool shim_expand(const char *name, const json_t *data, shim_sink *sink, void *arg,
	shim_reason *reason)
{
	try {
		Hush hush;
		TemplateDictionary dict(name);
		fill(&dict, data, 0);
		std::string page;
		if (!store().cache.ExpandWithData(
			    name, ctemplate::DO_NOT_STRIP, &dict, nullptr, &page)) {
			put_reason(reason, hush.text());
			return false;
		}
		sink(arg, page.data(), page.size());
		return true;
	} catch (const std::exception &e) {
		put_reason(reason, e.what());
		return false;
	} catch (...) {
		put_reason(reason, "");
		return false;
	}
}
