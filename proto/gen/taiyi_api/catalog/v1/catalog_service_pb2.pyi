from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Terms(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TERMS_UNSPECIFIED: _ClassVar[Terms]
    TERMS_OPEN: _ClassVar[Terms]
    TERMS_NONCOMMERCIAL: _ClassVar[Terms]
    TERMS_RESEARCH: _ClassVar[Terms]
    TERMS_AGREEMENT: _ClassVar[Terms]
    TERMS_UNSTATED: _ClassVar[Terms]

class LineageDirection(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LINEAGE_DIRECTION_UNSPECIFIED: _ClassVar[LineageDirection]
    LINEAGE_DIRECTION_UPSTREAM: _ClassVar[LineageDirection]
    LINEAGE_DIRECTION_DOWNSTREAM: _ClassVar[LineageDirection]
TERMS_UNSPECIFIED: Terms
TERMS_OPEN: Terms
TERMS_NONCOMMERCIAL: Terms
TERMS_RESEARCH: Terms
TERMS_AGREEMENT: Terms
TERMS_UNSTATED: Terms
LINEAGE_DIRECTION_UNSPECIFIED: LineageDirection
LINEAGE_DIRECTION_UPSTREAM: LineageDirection
LINEAGE_DIRECTION_DOWNSTREAM: LineageDirection

class Corpus(_message.Message):
    __slots__ = ("name", "title", "title_zh", "language", "tasks", "licence", "terms", "access", "size_records", "splits", "enrolled", "held_out", "homepage", "citation", "notes", "gone")
    class SplitsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    TITLE_ZH_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    TASKS_FIELD_NUMBER: _ClassVar[int]
    LICENCE_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    ACCESS_FIELD_NUMBER: _ClassVar[int]
    SIZE_RECORDS_FIELD_NUMBER: _ClassVar[int]
    SPLITS_FIELD_NUMBER: _ClassVar[int]
    ENROLLED_FIELD_NUMBER: _ClassVar[int]
    HELD_OUT_FIELD_NUMBER: _ClassVar[int]
    HOMEPAGE_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    GONE_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    title_zh: str
    language: str
    tasks: _containers.RepeatedScalarFieldContainer[str]
    licence: str
    terms: Terms
    access: str
    size_records: int
    splits: _containers.ScalarMap[str, int]
    enrolled: bool
    held_out: bool
    homepage: str
    citation: str
    notes: _containers.RepeatedScalarFieldContainer[str]
    gone: bool
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., title_zh: _Optional[str] = ..., language: _Optional[str] = ..., tasks: _Optional[_Iterable[str]] = ..., licence: _Optional[str] = ..., terms: _Optional[_Union[Terms, str]] = ..., access: _Optional[str] = ..., size_records: _Optional[int] = ..., splits: _Optional[_Mapping[str, int]] = ..., enrolled: bool = ..., held_out: bool = ..., homepage: _Optional[str] = ..., citation: _Optional[str] = ..., notes: _Optional[_Iterable[str]] = ..., gone: bool = ...) -> None: ...

class Artefact(_message.Message):
    __slots__ = ("name", "kind", "stage", "corpus", "path", "sha256", "counts", "params_sha256", "code_version", "create_time", "inputs", "gone")
    class CountsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    CORPUS_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    PARAMS_SHA256_FIELD_NUMBER: _ClassVar[int]
    CODE_VERSION_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    GONE_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: str
    stage: str
    corpus: str
    path: str
    sha256: str
    counts: _containers.ScalarMap[str, int]
    params_sha256: str
    code_version: str
    create_time: _timestamp_pb2.Timestamp
    inputs: _containers.RepeatedScalarFieldContainer[str]
    gone: bool
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[str] = ..., stage: _Optional[str] = ..., corpus: _Optional[str] = ..., path: _Optional[str] = ..., sha256: _Optional[str] = ..., counts: _Optional[_Mapping[str, int]] = ..., params_sha256: _Optional[str] = ..., code_version: _Optional[str] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., inputs: _Optional[_Iterable[str]] = ..., gone: bool = ...) -> None: ...

class ListCorporaRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "filter", "query")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    filter: str
    query: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[str] = ..., query: _Optional[str] = ...) -> None: ...

class ListCorporaResponse(_message.Message):
    __slots__ = ("corpora", "next_page_token", "total_size")
    CORPORA_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    corpora: _containers.RepeatedCompositeFieldContainer[Corpus]
    next_page_token: str
    total_size: int
    def __init__(self, corpora: _Optional[_Iterable[_Union[Corpus, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ...) -> None: ...

class GetCorpusRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetCorpusResponse(_message.Message):
    __slots__ = ("corpus",)
    CORPUS_FIELD_NUMBER: _ClassVar[int]
    corpus: Corpus
    def __init__(self, corpus: _Optional[_Union[Corpus, _Mapping]] = ...) -> None: ...

class ListArtefactsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "filter")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    filter: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[str] = ...) -> None: ...

class ListArtefactsResponse(_message.Message):
    __slots__ = ("artefacts", "next_page_token")
    ARTEFACTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    artefacts: _containers.RepeatedCompositeFieldContainer[Artefact]
    next_page_token: str
    def __init__(self, artefacts: _Optional[_Iterable[_Union[Artefact, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetArtefactRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetArtefactResponse(_message.Message):
    __slots__ = ("artefact",)
    ARTEFACT_FIELD_NUMBER: _ClassVar[int]
    artefact: Artefact
    def __init__(self, artefact: _Optional[_Union[Artefact, _Mapping]] = ...) -> None: ...

class GetLineageRequest(_message.Message):
    __slots__ = ("name", "direction", "depth")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    name: str
    direction: LineageDirection
    depth: int
    def __init__(self, name: _Optional[str] = ..., direction: _Optional[_Union[LineageDirection, str]] = ..., depth: _Optional[int] = ...) -> None: ...

class GetLineageResponse(_message.Message):
    __slots__ = ("artefacts",)
    ARTEFACTS_FIELD_NUMBER: _ClassVar[int]
    artefacts: _containers.RepeatedCompositeFieldContainer[Artefact]
    def __init__(self, artefacts: _Optional[_Iterable[_Union[Artefact, _Mapping]]] = ...) -> None: ...

class ListRecordsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "parent", "split")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    SPLIT_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    parent: str
    split: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., parent: _Optional[str] = ..., split: _Optional[str] = ...) -> None: ...

class ListRecordsResponse(_message.Message):
    __slots__ = ("records_json", "next_page_token")
    RECORDS_JSON_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    records_json: _containers.RepeatedScalarFieldContainer[str]
    next_page_token: str
    def __init__(self, records_json: _Optional[_Iterable[str]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetRecordRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class GetRecordResponse(_message.Message):
    __slots__ = ("record_json", "native_file", "native_line")
    RECORD_JSON_FIELD_NUMBER: _ClassVar[int]
    NATIVE_FILE_FIELD_NUMBER: _ClassVar[int]
    NATIVE_LINE_FIELD_NUMBER: _ClassVar[int]
    record_json: str
    native_file: str
    native_line: int
    def __init__(self, record_json: _Optional[str] = ..., native_file: _Optional[str] = ..., native_line: _Optional[int] = ...) -> None: ...

class GetInstanceRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class GetInstanceResponse(_message.Message):
    __slots__ = ("instance_json", "use")
    INSTANCE_JSON_FIELD_NUMBER: _ClassVar[int]
    USE_FIELD_NUMBER: _ClassVar[int]
    instance_json: str
    use: str
    def __init__(self, instance_json: _Optional[str] = ..., use: _Optional[str] = ...) -> None: ...

class GetThreadRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class GetThreadResponse(_message.Message):
    __slots__ = ("steps",)
    STEPS_FIELD_NUMBER: _ClassVar[int]
    steps: _containers.RepeatedCompositeFieldContainer[ThreadStep]
    def __init__(self, steps: _Optional[_Iterable[_Union[ThreadStep, _Mapping]]] = ...) -> None: ...

class ThreadStep(_message.Message):
    __slots__ = ("stage", "file", "line", "content")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    stage: str
    file: str
    line: int
    content: str
    def __init__(self, stage: _Optional[str] = ..., file: _Optional[str] = ..., line: _Optional[int] = ..., content: _Optional[str] = ...) -> None: ...

class ListEvaluationsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListEvaluationsResponse(_message.Message):
    __slots__ = ("evaluations", "next_page_token")
    EVALUATIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    evaluations: _containers.RepeatedCompositeFieldContainer[Evaluation]
    next_page_token: str
    def __init__(self, evaluations: _Optional[_Iterable[_Union[Evaluation, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Evaluation(_message.Message):
    __slots__ = ("name", "model", "macro", "questions", "benchmarks", "artefact")
    NAME_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    MACRO_FIELD_NUMBER: _ClassVar[int]
    QUESTIONS_FIELD_NUMBER: _ClassVar[int]
    BENCHMARKS_FIELD_NUMBER: _ClassVar[int]
    ARTEFACT_FIELD_NUMBER: _ClassVar[int]
    name: str
    model: str
    macro: float
    questions: int
    benchmarks: _containers.RepeatedCompositeFieldContainer[BenchmarkScore]
    artefact: str
    def __init__(self, name: _Optional[str] = ..., model: _Optional[str] = ..., macro: _Optional[float] = ..., questions: _Optional[int] = ..., benchmarks: _Optional[_Iterable[_Union[BenchmarkScore, _Mapping]]] = ..., artefact: _Optional[str] = ...) -> None: ...

class BenchmarkScore(_message.Message):
    __slots__ = ("benchmark", "metric", "value", "signature", "questions")
    BENCHMARK_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    QUESTIONS_FIELD_NUMBER: _ClassVar[int]
    benchmark: str
    metric: str
    value: float
    signature: str
    questions: int
    def __init__(self, benchmark: _Optional[str] = ..., metric: _Optional[str] = ..., value: _Optional[float] = ..., signature: _Optional[str] = ..., questions: _Optional[int] = ...) -> None: ...

class GetEvaluationRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetEvaluationResponse(_message.Message):
    __slots__ = ("evaluation",)
    EVALUATION_FIELD_NUMBER: _ClassVar[int]
    evaluation: Evaluation
    def __init__(self, evaluation: _Optional[_Union[Evaluation, _Mapping]] = ...) -> None: ...

class GetLicenceReportRequest(_message.Message):
    __slots__ = ("corpora",)
    CORPORA_FIELD_NUMBER: _ClassVar[int]
    corpora: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, corpora: _Optional[_Iterable[str]] = ...) -> None: ...

class GetLicenceReportResponse(_message.Message):
    __slots__ = ("rows", "admitted")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    ADMITTED_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[LicenceRow]
    admitted: bool
    def __init__(self, rows: _Optional[_Iterable[_Union[LicenceRow, _Mapping]]] = ..., admitted: bool = ...) -> None: ...

class LicenceRow(_message.Message):
    __slots__ = ("corpus", "licence", "terms", "refused")
    CORPUS_FIELD_NUMBER: _ClassVar[int]
    LICENCE_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    corpus: str
    licence: str
    terms: Terms
    refused: str
    def __init__(self, corpus: _Optional[str] = ..., licence: _Optional[str] = ..., terms: _Optional[_Union[Terms, str]] = ..., refused: _Optional[str] = ...) -> None: ...
