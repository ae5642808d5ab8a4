"""A group of the sandbox page is told apart for good."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("groups", "0003_roster")]

    operations = [
        migrations.AddField(model_name="group", name="sandbox", field=models.BooleanField(default=False, editable=False)),
    ]
