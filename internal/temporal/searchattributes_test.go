package temporal

import (
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"replyflow/workflows"
)

func TestCompareSearchAttributes(t *testing.T) {
	t.Parallel()
	const (
		keyword = enumspb.INDEXED_VALUE_TYPE_KEYWORD
		text    = enumspb.INDEXED_VALUE_TYPE_TEXT
	)
	missing, err := compareSearchAttributes("ns", SearchAttributes())
	require.NoError(t, err)
	require.Empty(t, missing)

	present := SearchAttributes()
	delete(present, workflows.SearchPerson.GetName())
	present["SomebodyElses"] = text
	missing, err = compareSearchAttributes("ns", present)
	require.NoError(t, err)
	require.Equal(t, map[string]enumspb.IndexedValueType{"ReplyflowPerson": keyword}, missing)

	present[workflows.SearchCampaign.GetName()], present[workflows.SearchOutcome.GetName()] = text, text
	_, err = compareSearchAttributes("ns", present)
	require.ErrorContains(t, err, "search attribute ReplyflowCampaign of namespace ns has type Text, but must be Keyword")
	require.ErrorContains(t, err, "search attribute ReplyflowOutcome of namespace ns")
}

func TestSearchAttributesFitSQL(t *testing.T) {
	t.Parallel()
	require.Len(t, SearchAttributes(), 5)
	for name, kind := range SearchAttributes() {
		require.Equal(t, enumspb.INDEXED_VALUE_TYPE_KEYWORD, kind, name)
	}
}
