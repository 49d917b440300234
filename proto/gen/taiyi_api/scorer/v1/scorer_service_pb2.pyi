from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ParseStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PARSE_STATUS_UNSPECIFIED: _ClassVar[ParseStatus]
    PARSE_STATUS_OK: _ClassVar[ParseStatus]
    PARSE_STATUS_EMPTY: _ClassVar[ParseStatus]
    PARSE_STATUS_NONE: _ClassVar[ParseStatus]
    PARSE_STATUS_PARTIAL: _ClassVar[ParseStatus]
    PARSE_STATUS_OFF_SCHEMA: _ClassVar[ParseStatus]
    PARSE_STATUS_AMBIGUOUS: _ClassVar[ParseStatus]
    PARSE_STATUS_REFUSAL: _ClassVar[ParseStatus]
    PARSE_STATUS_UNPARSED: _ClassVar[ParseStatus]
PARSE_STATUS_UNSPECIFIED: ParseStatus
PARSE_STATUS_OK: ParseStatus
PARSE_STATUS_EMPTY: ParseStatus
PARSE_STATUS_NONE: ParseStatus
PARSE_STATUS_PARTIAL: ParseStatus
PARSE_STATUS_OFF_SCHEMA: ParseStatus
PARSE_STATUS_AMBIGUOUS: ParseStatus
PARSE_STATUS_REFUSAL: ParseStatus
PARSE_STATUS_UNPARSED: ParseStatus

class Benchmark(_message.Message):
    __slots__ = ("name", "title", "group", "corpus", "split", "task", "language", "official_n", "unit", "metric", "signature", "references", "notes")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    CORPUS_FIELD_NUMBER: _ClassVar[int]
    SPLIT_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    OFFICIAL_N_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    REFERENCES_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    group: str
    corpus: str
    split: str
    task: str
    language: str
    official_n: int
    unit: str
    metric: str
    signature: str
    references: _containers.RepeatedCompositeFieldContainer[Reference]
    notes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., group: _Optional[str] = ..., corpus: _Optional[str] = ..., split: _Optional[str] = ..., task: _Optional[str] = ..., language: _Optional[str] = ..., official_n: _Optional[int] = ..., unit: _Optional[str] = ..., metric: _Optional[str] = ..., signature: _Optional[str] = ..., references: _Optional[_Iterable[_Union[Reference, _Mapping]]] = ..., notes: _Optional[_Iterable[str]] = ...) -> None: ...

class Reference(_message.Message):
    __slots__ = ("model", "value_percent", "source", "comparable", "note")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    VALUE_PERCENT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    COMPARABLE_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    model: str
    value_percent: float
    source: str
    comparable: bool
    note: str
    def __init__(self, model: _Optional[str] = ..., value_percent: _Optional[float] = ..., source: _Optional[str] = ..., comparable: bool = ..., note: _Optional[str] = ...) -> None: ...

class AnswerContext(_message.Message):
    __slots__ = ("offered", "choices", "multiple", "language", "roles", "operation", "aliases")
    class AliasesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    OFFERED_FIELD_NUMBER: _ClassVar[int]
    CHOICES_FIELD_NUMBER: _ClassVar[int]
    MULTIPLE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    ALIASES_FIELD_NUMBER: _ClassVar[int]
    offered: _containers.RepeatedScalarFieldContainer[str]
    choices: _containers.RepeatedCompositeFieldContainer[Choice]
    multiple: bool
    language: str
    roles: _containers.RepeatedScalarFieldContainer[str]
    operation: str
    aliases: _containers.ScalarMap[str, str]
    def __init__(self, offered: _Optional[_Iterable[str]] = ..., choices: _Optional[_Iterable[_Union[Choice, _Mapping]]] = ..., multiple: bool = ..., language: _Optional[str] = ..., roles: _Optional[_Iterable[str]] = ..., operation: _Optional[str] = ..., aliases: _Optional[_Mapping[str, str]] = ...) -> None: ...

class Choice(_message.Message):
    __slots__ = ("label", "text")
    LABEL_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    label: str
    text: str
    def __init__(self, label: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class ListBenchmarksRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListBenchmarksResponse(_message.Message):
    __slots__ = ("benchmarks", "next_page_token")
    BENCHMARKS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    benchmarks: _containers.RepeatedCompositeFieldContainer[Benchmark]
    next_page_token: str
    def __init__(self, benchmarks: _Optional[_Iterable[_Union[Benchmark, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetBenchmarkRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetBenchmarkResponse(_message.Message):
    __slots__ = ("benchmark",)
    BENCHMARK_FIELD_NUMBER: _ClassVar[int]
    benchmark: Benchmark
    def __init__(self, benchmark: _Optional[_Union[Benchmark, _Mapping]] = ...) -> None: ...

class ParseAnswersRequest(_message.Message):
    __slots__ = ("task", "answers")
    TASK_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    task: str
    answers: _containers.RepeatedCompositeFieldContainer[RawAnswer]
    def __init__(self, task: _Optional[str] = ..., answers: _Optional[_Iterable[_Union[RawAnswer, _Mapping]]] = ...) -> None: ...

class RawAnswer(_message.Message):
    __slots__ = ("id", "text", "prompt", "context")
    ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    id: str
    text: str
    prompt: str
    context: AnswerContext
    def __init__(self, id: _Optional[str] = ..., text: _Optional[str] = ..., prompt: _Optional[str] = ..., context: _Optional[_Union[AnswerContext, _Mapping]] = ...) -> None: ...

class ParseAnswersResponse(_message.Message):
    __slots__ = ("answers",)
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[ParsedAnswer]
    def __init__(self, answers: _Optional[_Iterable[_Union[ParsedAnswer, _Mapping]]] = ...) -> None: ...

class ParsedAnswer(_message.Message):
    __slots__ = ("id", "status", "items_json", "notes")
    ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_JSON_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    id: str
    status: ParseStatus
    items_json: str
    notes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, id: _Optional[str] = ..., status: _Optional[_Union[ParseStatus, str]] = ..., items_json: _Optional[str] = ..., notes: _Optional[_Iterable[str]] = ...) -> None: ...

class ScorePredictionsRequest(_message.Message):
    __slots__ = ("target", "predictions")
    TARGET_FIELD_NUMBER: _ClassVar[int]
    PREDICTIONS_FIELD_NUMBER: _ClassVar[int]
    target: ScoreTarget
    predictions: PredictionBatch
    def __init__(self, target: _Optional[_Union[ScoreTarget, _Mapping]] = ..., predictions: _Optional[_Union[PredictionBatch, _Mapping]] = ...) -> None: ...

class ScoreTarget(_message.Message):
    __slots__ = ("benchmark", "system")
    BENCHMARK_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    benchmark: str
    system: str
    def __init__(self, benchmark: _Optional[str] = ..., system: _Optional[str] = ...) -> None: ...

class PredictionBatch(_message.Message):
    __slots__ = ("predictions",)
    PREDICTIONS_FIELD_NUMBER: _ClassVar[int]
    predictions: _containers.RepeatedCompositeFieldContainer[Prediction]
    def __init__(self, predictions: _Optional[_Iterable[_Union[Prediction, _Mapping]]] = ...) -> None: ...

class Prediction(_message.Message):
    __slots__ = ("id", "text")
    ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    id: str
    text: str
    def __init__(self, id: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class Score(_message.Message):
    __slots__ = ("metric", "value", "signature", "baseline", "baseline_name", "details")
    class DetailsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    METRIC_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    BASELINE_FIELD_NUMBER: _ClassVar[int]
    BASELINE_NAME_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    metric: str
    value: float
    signature: str
    baseline: float
    baseline_name: str
    details: _containers.ScalarMap[str, float]
    def __init__(self, metric: _Optional[str] = ..., value: _Optional[float] = ..., signature: _Optional[str] = ..., baseline: _Optional[float] = ..., baseline_name: _Optional[str] = ..., details: _Optional[_Mapping[str, float]] = ...) -> None: ...

class ScorePredictionsResponse(_message.Message):
    __slots__ = ("benchmark", "score", "also", "interval_low", "interval_high", "of_parsed", "questions", "verdicts", "statuses", "result_json")
    class VerdictsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    class StatusesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    BENCHMARK_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    ALSO_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_LOW_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_HIGH_FIELD_NUMBER: _ClassVar[int]
    OF_PARSED_FIELD_NUMBER: _ClassVar[int]
    QUESTIONS_FIELD_NUMBER: _ClassVar[int]
    VERDICTS_FIELD_NUMBER: _ClassVar[int]
    STATUSES_FIELD_NUMBER: _ClassVar[int]
    RESULT_JSON_FIELD_NUMBER: _ClassVar[int]
    benchmark: str
    score: Score
    also: _containers.RepeatedCompositeFieldContainer[Score]
    interval_low: float
    interval_high: float
    of_parsed: float
    questions: int
    verdicts: _containers.ScalarMap[str, int]
    statuses: _containers.ScalarMap[str, int]
    result_json: str
    def __init__(self, benchmark: _Optional[str] = ..., score: _Optional[_Union[Score, _Mapping]] = ..., also: _Optional[_Iterable[_Union[Score, _Mapping]]] = ..., interval_low: _Optional[float] = ..., interval_high: _Optional[float] = ..., of_parsed: _Optional[float] = ..., questions: _Optional[int] = ..., verdicts: _Optional[_Mapping[str, int]] = ..., statuses: _Optional[_Mapping[str, int]] = ..., result_json: _Optional[str] = ...) -> None: ...

class CompareEvaluationsRequest(_message.Message):
    __slots__ = ("counts_a_json", "counts_b_json", "alpha")
    COUNTS_A_JSON_FIELD_NUMBER: _ClassVar[int]
    COUNTS_B_JSON_FIELD_NUMBER: _ClassVar[int]
    ALPHA_FIELD_NUMBER: _ClassVar[int]
    counts_a_json: str
    counts_b_json: str
    alpha: float
    def __init__(self, counts_a_json: _Optional[str] = ..., counts_b_json: _Optional[str] = ..., alpha: _Optional[float] = ...) -> None: ...

class CompareEvaluationsResponse(_message.Message):
    __slots__ = ("differences", "not_compared")
    class NotComparedEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    NOT_COMPARED_FIELD_NUMBER: _ClassVar[int]
    differences: _containers.RepeatedCompositeFieldContainer[Difference]
    not_compared: _containers.ScalarMap[str, str]
    def __init__(self, differences: _Optional[_Iterable[_Union[Difference, _Mapping]]] = ..., not_compared: _Optional[_Mapping[str, str]] = ...) -> None: ...

class Difference(_message.Message):
    __slots__ = ("benchmark", "a", "b", "difference", "interval_low", "interval_high", "p", "p_adjusted", "separates")
    BENCHMARK_FIELD_NUMBER: _ClassVar[int]
    A_FIELD_NUMBER: _ClassVar[int]
    B_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_LOW_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_HIGH_FIELD_NUMBER: _ClassVar[int]
    P_FIELD_NUMBER: _ClassVar[int]
    P_ADJUSTED_FIELD_NUMBER: _ClassVar[int]
    SEPARATES_FIELD_NUMBER: _ClassVar[int]
    benchmark: str
    a: float
    b: float
    difference: float
    interval_low: float
    interval_high: float
    p: float
    p_adjusted: float
    separates: bool
    def __init__(self, benchmark: _Optional[str] = ..., a: _Optional[float] = ..., b: _Optional[float] = ..., difference: _Optional[float] = ..., interval_low: _Optional[float] = ..., interval_high: _Optional[float] = ..., p: _Optional[float] = ..., p_adjusted: _Optional[float] = ..., separates: bool = ...) -> None: ...
