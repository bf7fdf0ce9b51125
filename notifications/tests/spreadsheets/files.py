"""Write files of recipients as other programs do."""

import io
import zipfile
from xml.sax.saxutils import escape

import openpyxl
import xlwt

from notifications.spreadsheets.convert import to_csv_text

_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns"
_DECLARED = " ".join(
    f'xmlns:{name}="{_NAMESPACE}:{name}:1.0"' for name in ("office", "style", "table", "text")
)
_WORKBOOK = '<workbook xmlns:r="x"><sheets><sheet r:id="r1"/></sheets></workbook>'
_RELATIONSHIPS = """
<Relationships>
  <Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>
  <Relationship Id="r2" Type="x/sharedStrings" Target="sharedStrings.xml"/>
</Relationships>
"""


def converted(content, file_name):
    return to_csv_text(io.BytesIO(content), file_name).decode()


def zipped(parts, method=zipfile.ZIP_DEFLATED):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def xlsx(rows, change=None):
    """Write a workbook; ``change`` gets its sheet to do more to it."""
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    if change is not None:
        change(workbook.active)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def raw_xlsx(sheet, shared="<sst/>"):
    """Write a workbook whose sheet is given as XML."""
    return zipped(
        {
            "xl/workbook.xml": _WORKBOOK,
            "xl/_rels/workbook.xml.rels": _RELATIONSHIPS,
            "xl/sharedStrings.xml": shared,
            "xl/worksheets/sheet1.xml": sheet,
        }
    )


def xls(rows, change=None):
    """Write an old workbook; ``change`` gets its sheet to do more to it."""
    workbook = xlwt.Workbook(encoding="utf-8")
    sheet = workbook.add_sheet("Sheet 1")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write(number, column, value)
    if change is not None:
        change(sheet)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def ods(body, styles=""):
    """Write a spreadsheet whose tables are given as XML."""
    return zipped(
        {
            "content.xml": f"<office:document-content {_DECLARED}>"
            f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>"
            f"<office:spreadsheet>{body}</office:spreadsheet></office:body>"
            "</office:document-content>"
        }
    )


def table(*rows, attributes="", columns=""):
    return f"<table:table {attributes}>{columns}{''.join(rows)}</table:table>"


def row(*cells, attributes=""):
    return f"<table:table-row {attributes}>{''.join(map(cell, cells))}</table:table-row>"


def cell(value):
    """Return a cell with a text; XML is taken as it is."""
    if value.startswith("<"):
        return value
    paragraphs = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.split("\n"))
    return f'<table:table-cell office:value-type="string">{paragraphs}</table:table-cell>'


def typed(kind, **attributes):
    """Return a cell with a value that is not text."""
    written = " ".join(f'office:{name}="{value}"' for name, value in attributes.items())
    opening = f'<table:table-cell office:value-type="{kind}" {written}>'
    return f"{opening}<text:p>as shown</text:p></table:table-cell>"
