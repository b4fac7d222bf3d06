"""The words everything else is written in: values only, nothing here touches the outside."""
