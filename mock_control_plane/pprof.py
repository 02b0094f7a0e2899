"""Heap profiles in the format of pprof, known by their shape.

The messages are those of google/pprof, `proto/profile.proto`, which no package carries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError

from mock_control_plane.protobuf import message_class

if TYPE_CHECKING:
    from google.protobuf.message import Message

MESSAGES: Final = {
    "ValueType": "type:1:int64 unit:2:int64",
    "Label": "key:1:int64 str:2:int64 num:3:int64 num_unit:4:int64",
    "Sample": "location_id:1:uint64* value:2:int64* label:3:Label*",
    "Mapping": (
        "id:1:uint64 memory_start:2:uint64 memory_limit:3:uint64 file_offset:4:uint64"
        " filename:5:int64 build_id:6:int64 has_functions:7:bool has_filenames:8:bool"
        " has_line_numbers:9:bool has_inline_frames:10:bool"
    ),
    "Line": "function_id:1:uint64 line:2:int64 column:3:int64",
    "Location": "id:1:uint64 mapping_id:2:uint64 address:3:uint64 line:4:Line* is_folded:5:bool",
    "Function": "id:1:uint64 name:2:int64 system_name:3:int64 filename:4:int64 start_line:5:int64",
    "Profile": (
        "sample_type:1:ValueType* sample:2:Sample* mapping:3:Mapping* location:4:Location*"
        " function:5:Function* string_table:6:string* drop_frames:7:int64 keep_frames:8:int64"
        " time_nanos:9:int64 duration_nanos:10:int64 period_type:11:ValueType period:12:int64"
        " comment:13:int64* default_sample_type:14:int64 doc_url:15:int64"
    ),
}

Profile: Final = message_class(MESSAGES, "Profile")


def find_profile(data: bytes) -> Message | None:
    """Return the profile that the bytes are, None if they are none.

    One has sample types, whose names are in a table of strings that begins with the empty one, and
    as many values in each sample as there are types.
    """
    profile: Any = Profile()
    try:
        profile.ParseFromString(data)
    except DecodeError:
        return None
    strings, types = profile.string_table, profile.sample_type
    named = (index for each in types for index in (each.type, each.unit))
    right = (
        len(types) > 0
        and len(strings) > 0
        and strings[0] == ""
        and all(0 <= index < len(strings) for index in named)
        and all(len(sample.value) == len(types) for sample in profile.sample)
    )
    return profile if right else None


def samples(profile: Message) -> int:
    """Return how many samples a profile has."""
    return len(profile.sample)  # type: ignore[attr-defined]


def document(profile: Message) -> dict[str, Any]:
    """Return a profile as JSON."""
    return MessageToDict(profile)
