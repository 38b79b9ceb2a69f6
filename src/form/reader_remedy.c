/* SPDX-License-Identifier: Apache-2.0 */
/* What SurveyJS has and the profile has not, on purpose: what to write instead. */
#include "reader.h"

struct remedy {
	const char *what, *text;
};

#define NO_ORDER "all people see the same order, that of the list: remove it"
#define NO_LOOKS "the site decides how questions look: remove it"
#define NO_VALUE "an answer nobody gave is no answer: remove it"

static const struct remedy keys[] = {
	{"enableIf", "a question that cannot be answered is not shown: write visibleIf"},
	{"readOnly", "a question that cannot be answered is not shown: write visibleIf"},
	{"choicesEnableIf", "give each choice its visibleIf"},
	{"choicesVisibleIf", "give each choice its visibleIf"},
	{"rowsVisibleIf", "ask each row in a question of its own, with visibleIf"},
	{"columnsVisibleIf", "ask the rows in a question of their own, with visibleIf"},
	{"visible", "write visibleIf, or remove the question"},
	{"valueName", "each question keeps its own answer: give it its own name"},
	{"clearIfInvisible", "a hidden question never keeps an answer: remove it"},
	{"defaultValue", NO_VALUE},
	{"defaultValueExpression", NO_VALUE},
	{"defaultRowValue", NO_VALUE},
	{"setValueIf", NO_VALUE},
	{"setValueExpression", NO_VALUE},
	{"resetValueIf", "write visibleIf: what is hidden is missing"},
	{"correctAnswer", "there are no right answers here: remove it"},
	{"rowsOrder", NO_ORDER},
	{"questionsOrder", NO_ORDER},
	{"questionOrder", NO_ORDER},
	{"choicesByUrl", "write the choices into the form: its hash covers them"},
	{"choicesFromQuestion", "write the choices out, with their visibleIf"},
	{"choiceValuesFromQuestion", "write the choices out, with their visibleIf"},
	{"hasOther", "write showOtherItem"},
	{"hasNone", "write showNoneItem"},
	{"otherErrorText", "the site says it: remove it"},
	{"requiredErrorText", "the site says it: remove it"},
	{"otherPlaceholder", "say it in otherText"},
	{"hasComment", "add a question of type comment, with its own visibleIf"},
	{"showCommentArea", "add a question of type comment, with its own visibleIf"},
	{"storeOthersAsComment", "the text of other always stands apart: remove it"},
	{"showSelectAllItem", "each answer is ticked for itself: remove it"},
	{"hasSelectAll", "each answer is ticked for itself: remove it"},
	{"minSelectedChoices", "write a validator of type answercount"},
	{"maxSelectedChoices", "write a validator of type answercount"},
	{"selectToRankEnabled", "everything offered is ranked: remove it"},
	{"isAllRowRequired", "write eachRowRequired"},
	{"eachRowUnique", "write a ranking"},
	{"cells", "columns speak for themselves: remove it"},
	{"cellType", "a matrix has one answer a row: ask several in questions"},
	{"rateValues", "write a radiogroup, with a text for each value"},
	{"rateCount", "write rateMin and rateMax"},
	{"rateType", NO_LOOKS},
	{"minRateDescription", "say in the description what the ends mean"},
	{"maxRateDescription", "say in the description what the ends mean"},
	{"labelTrue", "write a radiogroup of two choices"},
	{"labelFalse", "write a radiogroup of two choices"},
	{"valueTrue", "write a radiogroup of two choices"},
	{"valueFalse", "write a radiogroup of two choices"},
	{"minValueExpression", "write a validator of type expression"},
	{"maxValueExpression", "write a validator of type expression"},
	{"maskType", "write a validator of type regex, and say the form in the text"},
	{"maskSettings", "write a validator of type regex, and say the form in the text"},
	{"displayStyle", "numbers are shown as the language writes them: remove it"},
	{"format", "write the text around the value in the title"},
	{"triggers", "write visibleIf or calculatedValues"},
	{"completedHtml", "write thanks in barometre"},
	{"calculatedvalues", "write calculatedValues"},
	{"elements", "put the questions into pages"},
	{"questions", "write elements"},
	{"html", "add an element of type html"},
	{"colCount", NO_LOOKS},
	{"width", NO_LOOKS},
	{"minWidth", NO_LOOKS},
	{"maxWidth", NO_LOOKS},
	{"indent", NO_LOOKS},
	{"state", NO_LOOKS},
	{"size", NO_LOOKS},
	{"rows", NO_LOOKS},
	{"autoGrow", NO_LOOKS},
	{"displayMode", NO_LOOKS},
	{"titleLocation", NO_LOOKS},
	{"descriptionLocation", NO_LOOKS},
	{"startWithNewLine", NO_LOOKS},
	{"hideNumber", NO_LOOKS},
	{"showNumber", NO_LOOKS},
	{"showQuestionNumbers", NO_LOOKS},
	{"showProgressBar", NO_LOOKS},
	{"widthMode", NO_LOOKS},
};

static const struct remedy types[] = {
	{"file", "a file tells too much about who sends it: ask in words"},
	{"signaturepad", "nobody signs an anonymous answer: remove it"},
	{"imagepicker", "write a radiogroup whose choices say what they show"},
	{"image", "write html"},
	{"imagemap", "write a checkbox whose choices say what they show"},
	{"tagbox", "write a checkbox"},
	{"buttongroup", "write a radiogroup"},
	{"slider", "write a rating, or a text of inputType number"},
	{"matrixdropdown", "write a matrix, or a question for each column"},
	{"matrixdynamic", "write a matrix, or a multipletext"},
	{"paneldynamic", "write a panel for each case, with visibleIf"},
	{"flowpanel", "write a panel"},
};

static const char *find(const struct remedy *list, size_t count, const char *what)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].what, what) == 0)
			return list[i].text;
	return NULL;
}

const char *reader_key_remedy(const char *key)
{
	return find(keys, COUNT_OF(keys), key);
}

const char *reader_type_remedy(const char *type)
{
	return find(types, COUNT_OF(types), type);
}
