from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AnswerStyle(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ANSWER_STYLE_UNSPECIFIED: _ClassVar[AnswerStyle]
    ANSWER_STYLE_TAIYI: _ClassVar[AnswerStyle]
    ANSWER_STYLE_JSON: _ClassVar[AnswerStyle]
ANSWER_STYLE_UNSPECIFIED: AnswerStyle
ANSWER_STYLE_TAIYI: AnswerStyle
ANSWER_STYLE_JSON: AnswerStyle

class Template(_message.Message):
    __slots__ = ("name", "task", "language", "group", "template", "text")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    name: str
    task: str
    language: str
    group: str
    template: str
    text: str
    def __init__(self, name: _Optional[str] = ..., task: _Optional[str] = ..., language: _Optional[str] = ..., group: _Optional[str] = ..., template: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class ListTemplatesRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "task", "language")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    task: str
    language: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., task: _Optional[str] = ..., language: _Optional[str] = ...) -> None: ...

class ListTemplatesResponse(_message.Message):
    __slots__ = ("templates", "next_page_token")
    TEMPLATES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    templates: _containers.RepeatedCompositeFieldContainer[Template]
    next_page_token: str
    def __init__(self, templates: _Optional[_Iterable[_Union[Template, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Wording(_message.Message):
    __slots__ = ("style", "count", "seed", "template_yaml")
    STYLE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_YAML_FIELD_NUMBER: _ClassVar[int]
    style: AnswerStyle
    count: int
    seed: int
    template_yaml: str
    def __init__(self, style: _Optional[_Union[AnswerStyle, str]] = ..., count: _Optional[int] = ..., seed: _Optional[int] = ..., template_yaml: _Optional[str] = ...) -> None: ...

class RenderRecordsRequest(_message.Message):
    __slots__ = ("task", "records_json", "task_spec_json", "wording")
    TASK_FIELD_NUMBER: _ClassVar[int]
    RECORDS_JSON_FIELD_NUMBER: _ClassVar[int]
    TASK_SPEC_JSON_FIELD_NUMBER: _ClassVar[int]
    WORDING_FIELD_NUMBER: _ClassVar[int]
    task: str
    records_json: _containers.RepeatedScalarFieldContainer[str]
    task_spec_json: str
    wording: Wording
    def __init__(self, task: _Optional[str] = ..., records_json: _Optional[_Iterable[str]] = ..., task_spec_json: _Optional[str] = ..., wording: _Optional[_Union[Wording, _Mapping]] = ...) -> None: ...

class RenderRecordsResponse(_message.Message):
    __slots__ = ("instances_json", "ledger")
    INSTANCES_JSON_FIELD_NUMBER: _ClassVar[int]
    LEDGER_FIELD_NUMBER: _ClassVar[int]
    instances_json: _containers.RepeatedScalarFieldContainer[str]
    ledger: _containers.RepeatedCompositeFieldContainer[LedgerRow]
    def __init__(self, instances_json: _Optional[_Iterable[str]] = ..., ledger: _Optional[_Iterable[_Union[LedgerRow, _Mapping]]] = ...) -> None: ...

class LedgerRow(_message.Message):
    __slots__ = ("id", "rule", "reason")
    ID_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    id: str
    rule: str
    reason: str
    def __init__(self, id: _Optional[str] = ..., rule: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class RenderCorpusRequest(_message.Message):
    __slots__ = ("corpus", "use", "tasks", "skip", "limit", "wording")
    CORPUS_FIELD_NUMBER: _ClassVar[int]
    USE_FIELD_NUMBER: _ClassVar[int]
    TASKS_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    WORDING_FIELD_NUMBER: _ClassVar[int]
    corpus: str
    use: str
    tasks: _containers.RepeatedScalarFieldContainer[str]
    skip: int
    limit: int
    wording: Wording
    def __init__(self, corpus: _Optional[str] = ..., use: _Optional[str] = ..., tasks: _Optional[_Iterable[str]] = ..., skip: _Optional[int] = ..., limit: _Optional[int] = ..., wording: _Optional[_Union[Wording, _Mapping]] = ...) -> None: ...

class RenderCorpusResponse(_message.Message):
    __slots__ = ("instances_json", "ledger", "records")
    INSTANCES_JSON_FIELD_NUMBER: _ClassVar[int]
    LEDGER_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    instances_json: _containers.RepeatedScalarFieldContainer[str]
    ledger: _containers.RepeatedCompositeFieldContainer[LedgerRow]
    records: int
    def __init__(self, instances_json: _Optional[_Iterable[str]] = ..., ledger: _Optional[_Iterable[_Union[LedgerRow, _Mapping]]] = ..., records: _Optional[int] = ...) -> None: ...

class PreviewMixRequest(_message.Message):
    __slots__ = ("corpora", "mix_json")
    CORPORA_FIELD_NUMBER: _ClassVar[int]
    MIX_JSON_FIELD_NUMBER: _ClassVar[int]
    corpora: _containers.RepeatedScalarFieldContainer[str]
    mix_json: str
    def __init__(self, corpora: _Optional[_Iterable[str]] = ..., mix_json: _Optional[str] = ...) -> None: ...

class PreviewMixResponse(_message.Message):
    __slots__ = ("parts", "total")
    PARTS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    parts: _containers.RepeatedCompositeFieldContainer[MixPart]
    total: int
    def __init__(self, parts: _Optional[_Iterable[_Union[MixPart, _Mapping]]] = ..., total: _Optional[int] = ...) -> None: ...

class MixPart(_message.Message):
    __slots__ = ("corpus", "task", "language", "available", "taken", "loss_share")
    CORPUS_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    TAKEN_FIELD_NUMBER: _ClassVar[int]
    LOSS_SHARE_FIELD_NUMBER: _ClassVar[int]
    corpus: str
    task: str
    language: str
    available: int
    taken: int
    loss_share: float
    def __init__(self, corpus: _Optional[str] = ..., task: _Optional[str] = ..., language: _Optional[str] = ..., available: _Optional[int] = ..., taken: _Optional[int] = ..., loss_share: _Optional[float] = ...) -> None: ...

class LintTemplateRequest(_message.Message):
    __slots__ = ("task", "template_yaml")
    TASK_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_YAML_FIELD_NUMBER: _ClassVar[int]
    task: str
    template_yaml: str
    def __init__(self, task: _Optional[str] = ..., template_yaml: _Optional[str] = ...) -> None: ...

class LintTemplateResponse(_message.Message):
    __slots__ = ("problems",)
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    problems: _containers.RepeatedCompositeFieldContainer[LintProblem]
    def __init__(self, problems: _Optional[_Iterable[_Union[LintProblem, _Mapping]]] = ...) -> None: ...

class LintProblem(_message.Message):
    __slots__ = ("where", "problem")
    WHERE_FIELD_NUMBER: _ClassVar[int]
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    where: str
    problem: str
    def __init__(self, where: _Optional[str] = ..., problem: _Optional[str] = ...) -> None: ...
