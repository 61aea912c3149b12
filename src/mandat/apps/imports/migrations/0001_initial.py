import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from mandat.web.migrating import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='Run',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('mapping', models.CharField(max_length=80, verbose_name='mapping')),
                        ('mapping_digest', models.CharField(max_length=64)),
                        ('filename', models.CharField(max_length=255, verbose_name='file')),
                        ('sha256', models.CharField(max_length=64)),
                        ('size', models.BigIntegerField(default=0)),
                        ('file', models.CharField(blank=True, max_length=255)),
                        ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('dry_run', models.BooleanField()),
                        ('synthetic', models.BooleanField(default=False)),
                        ('state', models.CharField(choices=[('waiting', 'waiting'), ('running', 'running'), ('done', 'finished'), ('failed', 'stopped')], default='waiting', max_length=10)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('finished_at', models.DateTimeField(null=True)),
                        ('place', models.BigIntegerField(default=0)),
                        ('records', models.BigIntegerField(default=0)),
                        ('new', models.BigIntegerField(default=0)),
                        ('known', models.BigIntegerField(default=0)),
                        ('corrected', models.BigIntegerField(default=0)),
                        ('repeated', models.BigIntegerField(default=0)),
                        ('refused', models.BigIntegerField(default=0)),
                        ('summary', models.JSONField(default=dict)),
                        ('error', models.CharField(blank=True, max_length=500)),
                    ],
                    options={
                        'verbose_name': 'import',
                        'ordering': ('-id',),
                        'indexes': [models.Index(models.F('programme'), models.F('sha256'), models.F('mapping'), name='imports_same_file')],
                    },
                ),
                migrations.CreateModel(
                    name='RefusedLine',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='refusals', to='imports.run')),
                        ('line', models.BigIntegerField()),
                        ('fr', models.CharField(max_length=300)),
                        ('en', models.CharField(max_length=300)),
                    ],
                    options={
                        'verbose_name': 'refused line',
                        'ordering': ('line', 'id'),
                        'indexes': [models.Index(models.F('run'), models.F('line'), name='imports_refused')],
                    },
                ),
            ]
        ),
    ]
